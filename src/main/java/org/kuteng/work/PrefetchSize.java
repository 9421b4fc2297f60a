package org.kuteng.work;

/**
 * Chooses how many messages the broker sends ahead to one consumer. AMQP 0-9-1 counts them and does not weigh them
 * ({@code basic.qos} has a prefetch size that RabbitMQ does not implement), so that 250 messages of 1 MiB would not fit
 * the heap: it begins with few, and goes on with as many as fit when their sizes have been seen. Not safe for use by
 * several threads at once.
 *
 * @see <a href="https://www.rabbitmq.com/docs/consumer-prefetch">RabbitMQ, consumer prefetch</a>
 */
final class PrefetchSize {

    /** Enough to keep a worker busy for one round trip, few enough of the largest messages to fit a small heap. */
    static final int FIRST = 8;

    /** AMQP carries the count in 16 bits. */
    private static final int MOST = 65_535;

    /** The average forgets what came before so many messages. */
    private static final int MEMORY = 16;

    /** Not worth a request to the broker below this change. */
    private static final int FACTOR = 2;

    private final int wanted;
    private final long bytes;
    private int granted;
    private long seen;
    private double average;

    /**
     * @param wanted what the route says; 0: no limit
     * @param bytes how much the messages of this consumer may take
     * @param fixed whether it stays as it is: to begin anew would change which consumer is active, let another one have a
     *     queue that this one has for itself, or delete the queue
     */
    PrefetchSize(int wanted, long bytes, boolean fixed) {
        this.wanted = wanted == 0 ? MOST : wanted;
        this.bytes = fixed ? Long.MAX_VALUE : bytes;
        this.granted = fixed ? this.wanted : Math.min(this.wanted, FIRST);
    }

    /** How many the broker is to send ahead now. */
    int granted() {
        return granted;
    }

    /**
     * A message has come.
     *
     * @return whether {@link #granted} has changed
     */
    boolean came(int size) {
        seen++;
        average += (size + BufferedBytes.MESSAGE_OVERHEAD - average) / Math.min(seen, MEMORY);
        long fitting = Math.max(1, (long) (bytes / average));
        int better = (int) Math.min(wanted, fitting);
        boolean more = seen >= granted && (better >= FACTOR * granted || better == wanted && better > granted);
        boolean fewer = better * FACTOR <= granted;
        if (more || fewer) {
            granted = better;
            seen = Math.min(seen, MEMORY);
            return true;
        }
        return false;
    }
}
