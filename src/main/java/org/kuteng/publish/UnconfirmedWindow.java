package org.kuteng.publish;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The messages that were sent on one channel and not confirmed yet, by sequence number. A ring, since sequence numbers
 * are given out one after another; it grows with what is under way. Not safe for use by several threads at once.
 *
 * @param <T> what is kept for a message
 */
final class UnconfirmedWindow<T> {
    /** Room at first; most targets have few messages under way. */
    private static final int FIRST_CAPACITY = 16;

    private final int limit;
    private final int maxCapacity;

    /** Its length is a power of two. */
    private Object[] ring;

    private int mask;

    /** The lowest number that may be unconfirmed; everything below it is settled. */
    private long head = 1;

    /** The number after the highest that was added. */
    private long tail = 1;

    private int size;

    /** @param limit how many messages may be unconfirmed at a time */
    UnconfirmedWindow(int limit) {
        this.limit = limit;
        // twice the room: confirms that overtake one slow message do not stop the senders
        this.maxCapacity = Integer.highestOneBit(Math.max(limit, 1)) << 2;
        allocate(Math.min(FIRST_CAPACITY, maxCapacity));
    }

    boolean isFull() {
        return size >= limit || tail - head >= maxCapacity;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** @throws IllegalStateException if the window is full or the number is not above every earlier one */
    void add(long number, T message) {
        long first = size == 0 ? number : head;
        if (number < tail || number - first >= maxCapacity) {
            throw new IllegalStateException("sequence number " + number + " after " + tail + " does not fit");
        }
        head = first;
        if (number - head >= ring.length) {
            grow(number);
        }
        ring[index(number)] = message;
        tail = number + 1;
        size++;
    }

    private void grow(long number) {
        Object[] before = ring;
        int maskBefore = mask;
        int capacity = before.length;
        while (number - head >= capacity) {
            capacity <<= 1;
        }
        allocate(capacity);
        for (long n = head; n < tail; n++) {
            ring[index(n)] = before[(int) (n & maskBefore)];
        }
    }

    private void allocate(int capacity) {
        ring = new Object[capacity];
        mask = capacity - 1;
    }

    /**
     * Takes out what a confirmation names.
     *
     * @param multiple whether it names every number up to this one
     */
    void settle(long number, boolean multiple, Consumer<? super T> taker) {
        long last = Math.min(number, tail - 1);
        for (long n = multiple ? head : number; n <= last; n++) {
            T message = remove(n);
            if (message != null) {
                taker.accept(message);
            }
        }
    }

    /** Takes one message out; null if it is not in here. */
    @SuppressWarnings("unchecked")
    T remove(long number) {
        if (number < head || number >= tail) {
            return null;
        }
        T message = (T) ring[index(number)];
        if (message != null) {
            ring[index(number)] = null;
            size--;
            while (head < tail && ring[index(head)] == null) {
                head++;
            }
        }
        return message;
    }

    /**
     * Undoes the last {@link #add}: its number is given out again.
     *
     * @return false if that message is not in here any more
     */
    boolean takeBack() {
        if (remove(tail - 1) == null) {
            return false;
        }
        tail--;
        head = Math.min(head, tail);
        return true;
    }

    /** Takes all messages out. */
    void clear() {
        settle(tail - 1, true, message -> {});
    }

    /** The messages in the order of their numbers. */
    @SuppressWarnings("unchecked")
    List<T> messages() {
        List<T> messages = new ArrayList<>(size);
        for (long n = head; n < tail; n++) {
            T message = (T) ring[index(n)];
            if (message != null) {
                messages.add(message);
            }
        }
        return messages;
    }

    /** The message that waits longest; null if there is none. */
    @SuppressWarnings("unchecked")
    T oldest() {
        return size == 0 ? null : (T) ring[index(head)];
    }

    private int index(long number) {
        return (int) (number & mask);
    }
}
