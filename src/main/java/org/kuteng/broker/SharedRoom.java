package org.kuteng.broker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** How much all queues of the embedded broker may hold together. */
final class SharedRoom {
    /** Senders that were stopped go on when there is less than this of what is allowed. */
    private static final double RESUME = 0.8;

    /** A number of messages, and of bytes. */
    record Room(long messages, long bytes) {}

    private final Room all;
    private final Room any;
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final Set<StoppedSessions> waiting = ConcurrentHashMap.newKeySet();

    /**
     * @param all what may be in all queues
     * @param any what a queue may have in any case
     */
    SharedRoom(Room all, Room any) {
        this.all = all;
        this.any = any;
    }

    /** A queue has more by this, or less. */
    void add(long moreMessages, long moreBytes) {
        if (moreMessages != 0) {
            messages.addAndGet(moreMessages);
        }
        if (moreBytes != 0) {
            bytes.addAndGet(moreBytes);
        }
    }

    /** Whether a queue that has so much takes no more. */
    boolean isFullFor(long queueMessages, long queueBytes) {
        return isFullFor(queueMessages, queueBytes, 1);
    }

    /** Whether a queue that has so much takes messages again. */
    boolean hasRoomAgainFor(long queueMessages, long queueBytes) {
        return !isFullFor(queueMessages, queueBytes, RESUME);
    }

    private boolean isFullFor(long queueMessages, long queueBytes, double share) {
        return messages.get() > share * all.messages && queueMessages > share * any.messages
                || bytes.get() > share * all.bytes && queueBytes > share * any.bytes;
    }

    /** The sessions wait for a queue, or for others that leave it no room. */
    void waits(StoppedSessions stopped) {
        waiting.add(stopped);
    }

    /** Lets those go on that there is room for again. */
    void letGo() {
        if (waiting.isEmpty()) {
            return;
        }
        for (StoppedSessions stopped : waiting) {
            // removed first: whoever is stopped from here on is noted again
            if (stopped.hasRoom() && waiting.remove(stopped)) {
                stopped.letGo();
            }
        }
    }
}
