package org.kuteng.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.Frame;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LargeBodiesTest {
    private static final int LARGEST = 100;
    private static final int DELIVER = 60 << 16 | 60;
    private static final int GET_OK = 60 << 16 | 71;
    private static final int RETURN = 60 << 16 | 50;
    private static final int OPEN_OK = 20 << 16 | 11;

    private final LargeBodies bodies = new LargeBodies(LARGEST);

    @Test
    void whatCanBeHeldIsLeftAsItIs() {
        for (Frame frame : new Frame[] {deliver(1, 7), header(1, LARGEST), body(1, 60), body(1, 40)}) {
            byte[] before = frame.getPayload().clone();

            assertSame(frame, bodies.pass(frame));
            assertArrayEquals(before, frame.getPayload());
        }
        assertEquals(OptionalLong.empty(), bodies.size(1, 7));
    }

    @Test
    void aLargerBodyIsReadPastAndItsSizeIsKnown() {
        bodies.pass(deliver(1, 7));
        assertEquals(0, size(bodies.pass(header(1, 101))));
        assertIsNothing(bodies.pass(body(1, 60)));
        assertIsNothing(bodies.pass(body(1, 41)));

        assertEquals(OptionalLong.of(101), bodies.size(1, 7));
        bodies.pass(deliver(1, 8));
        assertEquals(50, size(bodies.pass(header(1, 50))));
        Frame next = body(1, 50);
        assertSame(next, bodies.pass(next));
        assertEquals(OptionalLong.empty(), bodies.size(1, 8));
    }

    @Test
    void otherChannelsGoOnMeanwhile() {
        bodies.pass(deliver(1, 7));
        bodies.pass(header(1, 5_000_000_000L));
        bodies.pass(deliver(300, 1));
        bodies.pass(header(300, 2));
        Frame other = body(300, 2);

        assertSame(other, bodies.pass(other));
        assertIsNothing(bodies.pass(body(1, 10)));
        assertEquals(OptionalLong.of(5_000_000_000L), bodies.size(1, 7));
        assertEquals(OptionalLong.empty(), bodies.size(300, 1));
    }

    @Test
    void aMessageThatWasFetchedIsKnownToo() {
        bodies.pass(method(3, GET_OK, ByteBuffer.allocate(8).putLong(9)));
        bodies.pass(header(3, 200));

        assertEquals(OptionalLong.of(200), bodies.size(3, 9));
    }

    @Test
    void aMessageThatCameBackIsReadPastAsWell() {
        bodies.pass(method(3, RETURN, ByteBuffer.allocate(8)));

        assertEquals(0, size(bodies.pass(header(3, 200))));
        assertIsNothing(bodies.pass(body(3, 200)));
    }

    @Test
    void aSizeBeyondAllBoundsIsTooLarge() {
        bodies.pass(deliver(1, 7));

        assertEquals(0, size(bodies.pass(header(1, -1))));
        assertIsNothing(bodies.pass(body(1, 200)));
    }

    @Test
    void aNewChannelOfTheSameNumberBeginsAnew() {
        bodies.pass(deliver(1, 7));
        bodies.pass(header(1, 200));
        bodies.pass(deliver(2, 7));
        bodies.pass(header(2, 300));

        bodies.pass(method(1, OPEN_OK, ByteBuffer.allocate(4)));

        assertEquals(OptionalLong.empty(), bodies.size(1, 7));
        assertEquals(OptionalLong.of(300), bodies.size(2, 7));
        Frame body = body(1, 200);
        assertSame(body, bodies.pass(body));
    }

    @Test
    void noMoreAreRememberedThanABrokerSendsAhead() {
        for (int tag = 1; tag <= 65_536; tag++) {
            bodies.pass(deliver(1, tag));
            bodies.pass(header(1, 200));
            bodies.pass(body(1, 200));
        }

        assertEquals(OptionalLong.empty(), bodies.size(1, 1));
        assertEquals(OptionalLong.of(200), bodies.size(1, 2));
        assertEquals(OptionalLong.of(200), bodies.size(1, 65_536));
    }

    private static void assertIsNothing(Frame frame) {
        assertEquals(AMQP.FRAME_HEARTBEAT, frame.getType());
        assertEquals(0, frame.getPayload().length);
    }

    private static long size(Frame header) {
        return ByteBuffer.wrap(header.getPayload()).getLong(4);
    }

    private static Frame deliver(int channel, long tag) {
        byte[] consumer = "amq.ctag-1".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer arguments = ByteBuffer.allocate(1 + consumer.length + 8 + 1 + 2);
        arguments.put((byte) consumer.length).put(consumer).putLong(tag);
        return method(channel, DELIVER, arguments);
    }

    private static Frame method(int channel, int id, ByteBuffer arguments) {
        byte[] payload = ByteBuffer.allocate(4 + arguments.capacity())
                .putInt(id)
                .put(arguments.array())
                .array();
        return new Frame(AMQP.FRAME_METHOD, channel, payload);
    }

    private static Frame header(int channel, long size) {
        byte[] payload = ByteBuffer.allocate(14)
                .putShort((short) 60)
                .putShort((short) 0)
                .putLong(size)
                .array();
        return new Frame(AMQP.FRAME_HEADER, channel, payload);
    }

    private static Frame body(int channel, int length) {
        return new Frame(AMQP.FRAME_BODY, channel, new byte[length]);
    }
}
