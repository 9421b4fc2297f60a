package org.kuteng.work;

import java.time.Duration;

/**
 * How many messages are acknowledged together.
 *
 * @param messages at the most so many; {@link #AUTO}: chosen by the prefetch count
 * @param delay how long the acknowledgement of done work may wait for more; default 20 ms
 * @see <a href="https://www.rabbitmq.com/docs/confirms#consumer-acks-multiple-parameter">RabbitMQ, acknowledging
 *     multiple deliveries at once</a>
 */
public record AckSettings(int messages, Duration delay) {

    /** One message in {@link #PREFETCH_PARTS} of the prefetch count, but no more than {@link #AUTO_MOST}. */
    public static final int AUTO = 0;

    /** Longer than a batch takes to fill when it pays, shorter than anybody waits for. */
    public static final Duration DEFAULT_DELAY = Duration.ofMillis(20);

    public static final AckSettings DEFAULTS = new AckSettings(AUTO, DEFAULT_DELAY);

    /** So that the broker always has room to send ahead while acknowledgements are under way. */
    static final int PREFETCH_PARTS = 4;

    /** Past it the saving no longer shows, and what is done twice after a crash grows. */
    static final int AUTO_MOST = 100;

    /**
     * For a consumer with this prefetch count.
     *
     * @param prefetchCount 0: no limit
     */
    int messagesFor(int prefetchCount) {
        int auto = prefetchCount == 0 ? AUTO_MOST : Math.min(AUTO_MOST, prefetchCount / PREFETCH_PARTS);
        int wanted = messages == AUTO ? auto : messages;
        // the broker sends nothing more when all that it sent ahead is unacknowledged
        return Math.max(1, prefetchCount == 0 ? wanted : Math.min(wanted, prefetchCount));
    }
}
