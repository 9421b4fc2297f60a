package org.kuteng.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.WriteListener;
import com.rabbitmq.client.impl.AMQConnection;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.FrameHandler;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The socket of one connection. It does what the client library's own does and, beyond that: it can be cut at once while
 * a thread is stuck in a write, missed heartbeats cut it, a pause within a frame is no end of it, a body that cannot be
 * held is read past, headers that are nested without end are left out, and {@link BetweenReads} is told of each read.
 */
final class Link implements FrameHandler {
    /**
     * A read waits a quarter of the heartbeat; the client library gives a connection up after this many in vain. Whoever
     * is stuck in a write holds a lock that it would wait for then, so the socket is closed first.
     */
    private static final int READS_IN_VAIN = 8;

    /** How long the end of a connection may wait for the broker to take what is still unsent. */
    private static final int CLOSE_PATIENCE_SECONDS = 1;

    private static final byte[] PROTOCOL_HEADER = protocolHeader();

    /** Class and method, as the first four bytes of a method frame hold them. */
    private static final int CONNECTION_CLOSE = 10 << 16 | 50;

    /** Type, channel, size and end marker. */
    private static final int FRAME_OVERHEAD = 8;

    /** Bytes that are read in one go: the more messages, the seldomer the workers are woken for them. */
    private static final int READ_BUFFER = 32 * 1024;

    /** Every peer has to take frames of this size before another one is agreed. */
    private static final int LEAST_FRAME = 8192;

    /** What wants to know when this connection is read. */
    interface Reads {
        Reads NOBODY = new Reads() {
            @Override
            public void aboutToRead() {
                // nobody wants to know
            }

            @Override
            public void readsNoMore() {
                // nobody wants to know
            }
        };

        /** All that was read has been dealt with; called by the reading thread. */
        void aboutToRead();

        /** There may be no further read. */
        void readsNoMore();
    }

    private final Socket raw;
    private final Socket socket;
    private final Reads reads;
    private final Runnable lost;

    /** Whether it was this side that said farewell: the end is no loss then. */
    private volatile boolean leaving;

    private final LargeBodies largeBodies;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final ReentrantLock writing = new ReentrantLock();
    private AMQConnection connection;

    /** Null: all is sent at once. */
    private volatile GatheredWrites gathered;

    /** Whether what was written last is the content of a message. Read without the lock: see {@link #flush}. */
    private volatile boolean contentLast;

    private volatile int largestPayload = LEAST_FRAME - FRAME_OVERHEAD;

    // of the reading thread
    private int readsInVain;
    private long received;
    private long taken;

    /**
     * @param raw what is closed to cut the connection; with TLS what lies below it
     * @param socket what is read and written
     * @param lost is run when the broker ends the connection, or when it breaks
     */
    Link(Socket raw, Socket socket, Reads reads, Runnable lost, LargeBodies largeBodies) throws IOException {
        this.raw = raw;
        this.socket = socket;
        this.reads = reads;
        this.lost = lost;
        this.largeBodies = largeBodies;
        this.in = new DataInputStream(new BufferedInputStream(new Incoming(socket.getInputStream()), READ_BUFFER));
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    /** The link of a connection that a {@link Broker} opened; null for any other. */
    static Link of(Connection connection) {
        return connection instanceof AMQConnection amqp && amqp.getFrameHandler() instanceof Link link ? link : null;
    }

    /**
     * From now on messages are not sent when they are written, but by {@link #send} and {@link #sendSoon}, which whoever
     * writes a message has to call. All else is sent at once.
     */
    void gatherMessages() {
        GatheredWrites fresh = new GatheredWrites(out, this::cut);
        try {
            fresh.start();
        } catch (OutOfMemoryError e) {
            // no thread for it: each message is sent when it is written
            return;
        }
        gathered = fresh;
        if (raw.isClosed()) {
            fresh.close();
        }
    }

    /** Sends what was written. */
    void send() throws IOException {
        out.flush();
    }

    /** Sends what was written, within a moment. */
    void sendSoon() throws IOException {
        GatheredWrites gathering = gathered;
        if (gathering != null) {
            gathering.sendSoon();
        }
    }

    private void gatherNoMore() {
        GatheredWrites gathering = gathered;
        if (gathering != null) {
            gathering.close();
        }
    }

    /** Says that it is of no use any more. */
    void markLost() {
        lost.run();
    }

    LargeBodies largeBodies() {
        return largeBodies;
    }

    /** Closes the socket at once, whoever is stuck in it; unsent bytes are dropped. */
    void cut() {
        try {
            markLost();
            gatherNoMore();
        } finally {
            cutNow();
        }
    }

    /** The same when it has ended: after a farewell from this side that is no loss. */
    private void cutAtItsEnd() {
        if (leaving) {
            gatherNoMore();
            cutNow();
        } else {
            cut();
        }
    }

    private void cutNow() {
        try {
            // no wait for a peer that takes nothing
            raw.setSoLinger(true, 0);
        } catch (SocketException e) {
            // closed already
        }
        try {
            raw.close();
        } catch (IOException e) {
            // closed is all that was wanted
        }
    }

    @Override
    public Frame readFrame() throws IOException {
        try {
            Frame frame = Frame.readFrom(in, () -> largestPayload);
            if (frame == null) {
                if (++readsInVain > READS_IN_VAIN) {
                    cut();
                }
                return null;
            }
            readsInVain = 0;
            taken += FRAME_OVERHEAD + frame.getPayload().length;
            if (frame.getChannel() == 0) {
                control(frame);
            }
            return largeBodies.pass(DeepHeaders.replaced(frame));
        } catch (Throwable e) {
            // the client library tells all channels before it closes the socket, and would wait for a writer
            cutAtItsEnd();
            throw e;
        }
    }

    private void control(Frame frame) {
        if (endsConnection(frame)) {
            markLost();
        }
    }

    private static boolean endsConnection(Frame frame) {
        return frame.getType() == AMQP.FRAME_METHOD
                && frame.getPayload().length >= Integer.BYTES
                && ByteBuffer.wrap(frame.getPayload()).getInt() == CONNECTION_CLOSE;
    }

    @Override
    public void writeFrame(Frame frame) throws IOException {
        if (frame.getChannel() == 0 && endsConnection(frame)) {
            leaving = true;
        }
        writing.lock();
        try {
            frame.writeTo(out);
            contentLast = frame.getType() == AMQP.FRAME_HEADER || frame.getType() == AMQP.FRAME_BODY;
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void flush(WriteListener listener) throws IOException {
        try {
            // if another channel wrote in between, its writer sends this with its own, or this is sent too early
            if (gathered == null || !contentLast) {
                out.flush();
            }
        } catch (IOException e) {
            if (listener != null) {
                listener.done(false, e);
            }
            throw e;
        }
        if (listener != null) {
            listener.done(true, null);
        }
    }

    /** Sends what is unsent, unless that takes too long. */
    @Override
    public void close() {
        gatherNoMore();
        CompletableFuture<Void> impatience = CompletableFuture.runAsync(
                this::cut, CompletableFuture.delayedExecutor(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS, Runnable::run));
        try {
            out.flush();
            socket.setSoLinger(true, CLOSE_PATIENCE_SECONDS);
            socket.close();
        } catch (IOException e) {
            cutAtItsEnd();
        } finally {
            impatience.cancel(false);
            reads.readsNoMore();
        }
    }

    @Override
    public void sendHeader() throws IOException {
        writing.lock();
        try {
            out.write(PROTOCOL_HEADER);
            out.flush();
        } finally {
            writing.unlock();
        }
    }

    private static byte[] protocolHeader() {
        byte[] header = "AMQP____".getBytes(StandardCharsets.US_ASCII);
        header[4] = 0;
        header[5] = AMQP.PROTOCOL.MAJOR;
        header[6] = AMQP.PROTOCOL.MINOR;
        header[7] = AMQP.PROTOCOL.REVISION;
        return header;
    }

    @Override
    public void initialize(AMQConnection opened) {
        connection = opened;
    }

    @Override
    public void startProcessing() {
        connection.startMainLoop();
    }

    @Override
    public void finishConnectionNegotiation() {
        // nothing depends on it
    }

    /** @param frameMax what was agreed; 0: no limit */
    @Override
    public void setFrameMax(int frameMax) {
        largestPayload = frameMax <= 0 ? Integer.MAX_VALUE : Math.max(frameMax, LEAST_FRAME) - FRAME_OVERHEAD;
    }

    @Override
    public void setTimeout(int millis) throws SocketException {
        socket.setSoTimeout(millis);
    }

    @Override
    public int getTimeout() throws SocketException {
        return socket.getSoTimeout();
    }

    @Override
    public InetAddress getAddress() {
        return raw.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return raw.getLocalAddress();
    }

    @Override
    public int getPort() {
        return raw.getPort();
    }

    @Override
    public int getLocalPort() {
        return raw.getLocalPort();
    }

    /** The client library has a buffer of its own before it, and reads from here when that is empty. */
    private final class Incoming extends FilterInputStream {
        Incoming(InputStream fromBroker) {
            super(fromBroker);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            reads.aboutToRead();
            for (int inVain = 0; ; ) {
                try {
                    int count = super.read(bytes, offset, length);
                    received += Math.max(count, 0);
                    return count;
                } catch (SocketTimeoutException e) {
                    boolean betweenFrames = received == taken;
                    if (betweenFrames || ++inVain > READS_IN_VAIN) {
                        throw e;
                    }
                }
            }
        }
    }
}
