package org.kuteng.chaos;

/**
 * Which queue is full, and how much has to pass it.
 *
 * @param place the queue that refuses what is beyond its limit
 * @param queueType what {@code kuteng.queue.type} says: durable or quorum
 * @param messages how many are confirmed at least
 * @param limit how many messages the queue holds
 * @param safe false: confirmations are off, and what is refused is lost
 */
record FullQueuePlan(Place place, String queueType, int messages, int limit, boolean safe) {
    enum Place {
        /** Producers send faster than workers work. */
        WORK("work queue"),

        /** Every message fails at its first attempt, more of them than may wait for the next. */
        RETRY("retry queue"),

        /** Every message is given up, more of them than are taken out of the dead-letter queue. */
        DEAD("dead-letter queue");

        final String text;

        Place(String text) {
            this.text = text;
        }
    }

    static final int PRODUCERS = 2;
    static final int WORKERS = 4;

    /** Of each producer: about a thousand messages a second by both. */
    static final int PERIOD_MILLIS = 2;

    /** So long that workers take about half of what is sent. */
    static final int WORK_MILLIS = 8;

    /** For {@code bench/chaos full}. */
    static FullQueuePlan full(Place place, String queueType, int messages) {
        return new FullQueuePlan(place, queueType, messages, Math.max(100, messages / 50), true);
    }

    /** For tests. */
    static FullQueuePlan small(Place place, String queueType) {
        return new FullQueuePlan(place, queueType, 1_000, 100, true);
    }

    /** Without confirmations. */
    static FullQueuePlan smallUnsafe() {
        return new FullQueuePlan(Place.WORK, "durable", 1_000, 100, false);
    }
}
