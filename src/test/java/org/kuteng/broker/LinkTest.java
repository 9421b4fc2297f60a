package org.kuteng.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Frame;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LinkTest {
    private static final int READ_TIMEOUT_MILLIS = 50;
    private static final int FRAME_OVERHEAD = 8;
    private static final int CONTENT_BYTES = 10;

    /** An empty method frame and one with content. */
    private static final int MESSAGE_BYTES = FRAME_OVERHEAD + CONTENT_BYTES + FRAME_OVERHEAD;

    private static final byte[] DELIVERY = frame(AMQP.FRAME_BODY, 1, new byte[1_000]);

    private final AtomicInteger losses = new AtomicInteger();
    private ServerSocket server;
    private Socket broker;
    private Link link;

    @BeforeEach
    void connect() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
        link = new Link(socket, socket, Link.Reads.NOBODY, losses::incrementAndGet, new LargeBodies(Integer.MAX_VALUE));
        link.setTimeout(READ_TIMEOUT_MILLIS);
        broker = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        link.cut();
        broker.close();
        server.close();
    }

    /** Writes until nothing more goes, as to a broker that is frozen. */
    private CompletableFuture<Void> writeWithoutEnd() {
        AtomicInteger written = new AtomicInteger();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            try {
                while (true) {
                    link.writeFrame(Frame.fromBodyFragment(1, ByteBuffer.allocate(100_000), 0, 100_000));
                    written.incrementAndGet();
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        AtomicInteger before = new AtomicInteger(-1);
        await().pollInterval(Duration.ofMillis(100)).until(() -> before.getAndSet(written.get()) == written.get());
        return writer;
    }

    @Test
    void itIsCutAtOnceThoughAThreadIsStuckInAWrite() {
        CompletableFuture<Void> writer = writeWithoutEnd();

        assertTimeout(Duration.ofSeconds(1), link::cut);

        assertThrows(ExecutionException.class, writer::get);
        assertEquals(1, losses.get());
    }

    @Test
    void itIsClosedSoonThoughAThreadIsStuckInAWrite() {
        CompletableFuture<Void> writer = writeWithoutEnd();

        assertTimeout(Duration.ofSeconds(5), link::close);

        assertThrows(ExecutionException.class, writer::get);
    }

    @Test
    void aBrokerThatIsSilentForTwoHeartbeatsIsCutOffThoughAThreadIsStuckInAWrite() throws Exception {
        CompletableFuture<Void> writer = writeWithoutEnd();

        for (int quarter = 1; quarter <= 8; quarter++) {
            assertNull(link.readFrame());
            assertEquals(0, losses.get());
        }
        assertNull(link.readFrame());

        assertThrows(ExecutionException.class, writer::get);
        assertEquals(1, losses.get());
    }

    @Test
    void anEndAfterAFarewellIsNoLoss() throws Exception {
        AMQImpl.Connection.Close farewell = new AMQImpl.Connection.Close(AMQP.REPLY_SUCCESS, "OK", 0, 0);
        link.writeFrame(farewell.toFrame(0));
        broker.close();

        assertThrows(IOException.class, link::readFrame);
        link.close();
        assertEquals(0, losses.get());
    }

    @Test
    void anEndWithoutAFarewellIsALoss() throws Exception {
        broker.close();

        assertThrows(IOException.class, link::readFrame);
        assertEquals(1, losses.get());
    }

    @Test
    void silencesThatAFrameEndsDoNotAddUp() throws Exception {
        for (int round = 0; round < 3; round++) {
            for (int quarter = 1; quarter <= 6; quarter++) {
                assertNull(link.readFrame());
            }
            broker.getOutputStream().write(DELIVERY);
            assertNotNull(link.readFrame());
        }
        assertEquals(0, losses.get());
    }

    @Test
    void aPauseWithinAFrameIsNoEndOfTheConnection() throws Exception {
        OutputStream out = broker.getOutputStream();
        out.write(DELIVERY);
        out.write(DELIVERY, 0, 500);
        assertEquals(1_000, link.readFrame().getPayload().length);

        CompletableFuture<Frame> second = CompletableFuture.supplyAsync(() -> {
            try {
                return link.readFrame();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        await().during(Duration.ofMillis(3 * READ_TIMEOUT_MILLIS)).until(() -> !second.isDone());
        out.write(DELIVERY, 500, DELIVERY.length - 500);

        assertEquals(1_000, second.get().getPayload().length);
        assertEquals(0, losses.get());
    }

    @Test
    void aPauseWithinAFrameThatLastsLongerThanASilenceMayIsTheEnd() throws Exception {
        broker.getOutputStream().write(DELIVERY, 0, 500);

        assertThrows(SocketTimeoutException.class, link::readFrame);
        assertEquals(1, losses.get());
    }

    @Test
    void theEndThatTheBrokerAnnouncesIsALoss() throws Exception {
        byte[] close = ByteBuffer.allocate(11).putInt(10 << 16 | 50).array();
        broker.getOutputStream().write(frame(AMQP.FRAME_METHOD, 0, close));

        assertNotNull(link.readFrame());

        assertEquals(1, losses.get());
    }

    @Test
    void theEndThatTheBrokerDoesNotAnnounceIsALossToo() throws Exception {
        broker.close();

        assertThrows(IOException.class, link::readFrame);

        assertTrue(losses.get() > 0);
    }

    @Test
    void theEndThatWasWantedIsNoLoss() {
        link.close();

        assertEquals(0, losses.get());
    }

    private static byte[] frame(int type, int channel, byte[] payload) {
        return ByteBuffer.allocate(8 + payload.length)
                .put((byte) type)
                .putShort((short) channel)
                .putInt(payload.length)
                .put(payload)
                .put((byte) AMQP.FRAME_END)
                .array();
    }

    private void writeMessage() throws IOException {
        link.writeFrame(method(1));
        link.writeFrame(Frame.fromBodyFragment(1, ByteBuffer.allocate(CONTENT_BYTES), 0, CONTENT_BYTES));
        link.flush(null);
    }

    private static Frame method(int channel) {
        return new Frame(AMQP.FRAME_METHOD, channel);
    }

    private byte[] arrived(int atLeast) throws IOException {
        byte[] bytes = broker.getInputStream().readNBytes(atLeast);
        int more = broker.getInputStream().available();
        return more == 0
                ? bytes
                : ByteBuffer.allocate(bytes.length + more).put(bytes).array();
    }

    @Test
    void aMessageIsSentWhenItIsWritten() throws Exception {
        writeMessage();

        assertEquals(MESSAGE_BYTES, arrived(MESSAGE_BYTES).length);
    }

    @Test
    void gatheredMessagesAreSentWhenTheirWriterSaysSo() throws Exception {
        link.gatherMessages();
        writeMessage();
        writeMessage();
        assertEquals(0, broker.getInputStream().available());

        link.send();

        assertEquals(2 * MESSAGE_BYTES, arrived(2 * MESSAGE_BYTES).length);
    }

    @Test
    void gatheredMessagesAreSentSoonAlsoAfterALongRest() throws Exception {
        link.gatherMessages();
        for (int round = 0; round < 3; round++) {
            writeMessage();
            link.sendSoon();
            assertEquals(MESSAGE_BYTES, arrived(MESSAGE_BYTES).length);
            await().until(() -> isAsleep("kuteng-gathered-writes"));
        }
    }

    private static boolean isAsleep(String thread) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(each -> each.getName().equals(thread) && each.getState() == Thread.State.WAITING);
    }

    @Test
    void whatIsNoMessageIsSentAtOnceWithWhatWasGatheredBefore() throws Exception {
        link.gatherMessages();
        writeMessage();

        link.writeFrame(method(2));
        link.flush(null);

        assertEquals(MESSAGE_BYTES + FRAME_OVERHEAD, arrived(MESSAGE_BYTES + FRAME_OVERHEAD).length);
    }

    @Test
    void whatIsGatheredIsSentWhenTheLinkIsClosed() throws Exception {
        link.gatherMessages();
        writeMessage();

        link.close();

        assertEquals(MESSAGE_BYTES, broker.getInputStream().readAllBytes().length);
    }

    @Test
    void aLinkWhoseGatheredMessagesCannotBeSentIsCut() throws Exception {
        link.gatherMessages();
        broker.setSoLinger(true, 0);
        broker.close();

        await().until(() -> {
            try {
                writeMessage();
                link.sendSoon();
            } catch (IOException e) {
                return true;
            }
            return losses.get() > 0;
        });
        await().until(() -> losses.get() > 0);
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(each -> each.getName().equals("kuteng-gathered-writes")));
    }
}
