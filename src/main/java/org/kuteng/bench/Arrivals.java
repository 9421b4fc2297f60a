package org.kuteng.bench;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Counts the messages that arrive, and knows when the first and the last one did. */
final class Arrivals implements Consumer<byte[]> {
    private static final long POLL_MILLIS = 1;

    private final AtomicLong count = new AtomicLong();
    private volatile long firstAt;
    private volatile long lastAt;

    @Override
    public void accept(byte[] body) {
        long now = System.nanoTime();
        if (count.get() == 0) {
            firstAt = now;
        }
        lastAt = now;
        count.incrementAndGet();
    }

    long count() {
        return count.get();
    }

    /** In terms of {@link System#nanoTime()}. */
    long lastAt() {
        return lastAt;
    }

    /** @return whether so many arrived in time */
    boolean await(long wanted, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (count.get() < wanted) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }

    /** Messages a second from the first one to the last one; NaN with fewer than two. */
    double rate() {
        long arrived = count.get();
        return arrived < 2 ? Double.NaN : (arrived - 1) * 1e9 / (lastAt - firstAt);
    }
}
