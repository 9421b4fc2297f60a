package org.kuteng.work;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of messages wait in this process for those in hand, of all workers together. */
final class BufferedBytes {

    /** What a message takes of the heap besides its body: properties, headers, the objects that hold it. */
    static final int MESSAGE_OVERHEAD = 1_000;

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    /** @param limit how many there may be before no more are let in */
    BufferedBytes(long limit) {
        this.limit = limit;
    }

    long limit() {
        return limit;
    }

    void add(Delivery delivery) {
        used.addAndGet(size(delivery));
    }

    void remove(Delivery delivery) {
        used.addAndGet(-size(delivery));
    }

    boolean isFull() {
        return used.get() >= limit;
    }

    /** How many there are now. */
    long used() {
        return used.get();
    }

    private static long size(Delivery delivery) {
        return delivery.bodySize() + MESSAGE_OVERHEAD;
    }
}
