package org.kuteng.work;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The messages that the broker sent ahead of the one in hand: put in by the thread that reads from the broker, taken by
 * the one that works. Waking a thread costs more than all else, so that it is done once for many messages.
 */
final class PrefetchBuffer {
    /** Room may come from another worker's buffer, which does not know who waits here. */
    private static final long ROOM_CHECK_MILLIS = 50;

    private final int most;
    private final BufferedBytes bytes;
    private final Consumer<PrefetchBuffer> asleep;
    private final Deque<Delivery> messages = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition room = lock.newCondition();
    private boolean waiting;
    private boolean told;
    private boolean ended;

    /**
     * @param most how many there may be: {@link #put} waits for room
     * @param bytes how much the messages of all buffers may take: {@link #put} waits, unless this buffer is empty
     * @param asleep is told when there is a message and who takes it has to be woken: calls {@link #wake} soon
     */
    PrefetchBuffer(int most, BufferedBytes bytes, Consumer<PrefetchBuffer> asleep) {
        this.most = most;
        this.bytes = bytes;
        this.asleep = asleep;
    }

    /**
     * Puts a message in.
     *
     * @param first whether it comes before those that are here
     * @return false if it is not let in, after the end
     */
    boolean put(Delivery delivery, boolean first) throws InterruptedException {
        lock.lock();
        try {
            while (isFull() && !ended) {
                arrived.signal();
                room.await(ROOM_CHECK_MILLIS, TimeUnit.MILLISECONDS);
            }
            if (ended) {
                return false;
            }
            bytes.add(delivery);
            if (first) {
                messages.addFirst(delivery);
            } else {
                messages.addLast(delivery);
            }
            if (waiting && !told) {
                told = true;
                asleep.accept(this);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull() {
        return messages.size() >= most || bytes.isFull() && !messages.isEmpty();
    }

    /** Wakes who waits for a message. */
    void wake() {
        lock.lock();
        try {
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** @return null when there is none and {@link #end} has been called */
    Delivery take() throws InterruptedException {
        lock.lock();
        try {
            while (messages.isEmpty() && !ended) {
                waiting = true;
                arrived.await();
            }
            waiting = false;
            told = false;
            Delivery next = messages.pollFirst();
            if (next != null) {
                bytes.remove(next);
            }
            if (messages.size() == most - 1 || messages.isEmpty()) {
                room.signal();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** No further one is let in; those that are here can be taken. */
    void end() {
        lock.lock();
        try {
            ended = true;
            arrived.signal();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** No further one is let in, and none is here any more. */
    List<Delivery> endAndClear() {
        lock.lock();
        try {
            List<Delivery> rest = new ArrayList<>(messages);
            rest.forEach(bytes::remove);
            messages.clear();
            end();
            return rest;
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return messages.size();
        } finally {
            lock.unlock();
        }
    }
}
