package org.kuteng.broker;

import java.io.Flushable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what was written to a connection a moment later, so that several messages go out with one call of the operating
 * system and are read by the broker in one go. A write for each message costs client and broker more than all else that
 * they do for a small one.
 */
final class GatheredWrites {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.broker");

    /** How long a message may wait for others. Less than the broker takes to confirm one. */
    private static final Duration MOMENT = Duration.ofNanos(500_000);

    /** The thread goes to sleep, and has to be woken, when nothing was written for so many moments. */
    private static final int QUIET_MOMENTS = 4;

    private final Flushable out;
    private final Runnable cut;
    private final Thread thread = new Thread(this::run, "kuteng-gathered-writes");

    /** Whether something is written and not sent. */
    private volatile boolean held;

    private volatile boolean asleep;
    private volatile boolean closed;

    /**
     * @param out what is written to
     * @param cut ends the connection when it cannot be written to
     */
    GatheredWrites(Flushable out, Runnable cut) {
        this.out = out;
        this.cut = cut;
        thread.setDaemon(true);
    }

    /** @throws OutOfMemoryError if there is no memory for a thread */
    void start() {
        thread.start();
    }

    /**
     * Something was written that is to be sent within a moment.
     *
     * @throws IOException if nobody would send it, and it cannot be sent now
     */
    void sendSoon() throws IOException {
        held = true;
        if (closed) {
            out.flush();
        } else if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    /** Ends the thread; what is held stays unsent. */
    void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        try {
            int quiet = 0;
            while (!closed) {
                if (quiet > QUIET_MOMENTS) {
                    sleep();
                    quiet = 0;
                }
                LockSupport.parkNanos(MOMENT.toNanos());
                quiet = held ? 0 : quiet + 1;
                if (held) {
                    // first: what is written from here on is sent the next time
                    held = false;
                    out.flush();
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            // first of all: from here on whoever writes sends, and is told
            closed = true;
            cut.run();
            LOG.debug("a connection cannot be written to", e);
        }
    }

    private void sleep() {
        asleep = true;
        while (!held && !closed) {
            LockSupport.park(this);
        }
        asleep = false;
    }
}
