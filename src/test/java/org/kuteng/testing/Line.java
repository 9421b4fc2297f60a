package org.kuteng.testing;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** How bad the network of a {@link TcpProxy} is at the moment. */
final class Line {
    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean frozen;
    private volatile long delayNanos;
    private volatile int bytesPerSecond;

    void freeze(boolean on) {
        lock.lock();
        try {
            frozen = on;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void delay(Duration each) {
        delayNanos = each.toNanos();
    }

    void throttle(int bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** When bytes that come in now are due at the other end. */
    long arrival() {
        return System.nanoTime() + delayNanos;
    }

    void awaitArrival(long due) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
        lock.lock();
        try {
            while (frozen) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes of a piece may go at once, so that a change is felt within a tenth of a second. */
    int portion(int length) {
        int rate = bytesPerSecond;
        return rate == 0 ? length : Math.min(length, Math.max(1, rate / 10));
    }

    /** Takes the time that a slow line would need for these bytes. */
    void spend(int bytes) throws InterruptedException {
        int rate = bytesPerSecond;
        if (rate > 0) {
            TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(bytes) / rate);
        }
    }
}
