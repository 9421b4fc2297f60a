package org.kuteng.broker;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Makes every queue of the project: its name and its arguments. */
public final class Queues {

    /** RabbitMQ's argument for the type of a queue. */
    public static final String X_QUEUE_TYPE = "x-queue-type";

    /** RabbitMQ's argument for a queue that gives its messages to one consumer, and to the next when that one ends. */
    public static final String X_SINGLE_ACTIVE_CONSUMER = "x-single-active-consumer";

    /** What the name of a queue of dead letters ends with. */
    public static final String DEAD_SUFFIX = ".dead";

    private static final String RETRY_INFIX = ".retry.";
    private static final String REDELIVERED_SUFFIX = ".redelivered";

    /**
     * RabbitMQ 4 drops what was returned to a quorum queue 20 times, clean stops among them; kuteng counts for itself.
     * A number that is never reached, since "none" is written differently from version to version.
     */
    static final int NO_DELIVERY_LIMIT = 1_000_000;

    private static final String DURABLE = "durable";
    private static final String AUTO_DELETE = "autoDelete";
    private static final String EXCLUSIVE = "exclusive";
    static final String X_DELIVERY_LIMIT = "x-delivery-limit";
    static final String CLASSIC = "classic";
    public static final String QUORUM = "quorum";
    static final String X_DEAD_LETTER_EXCHANGE = "x-dead-letter-exchange";
    static final String X_DEAD_LETTER_ROUTING_KEY = "x-dead-letter-routing-key";
    static final String X_DEAD_LETTER_STRATEGY = "x-dead-letter-strategy";
    static final String X_OVERFLOW = "x-overflow";
    static final String X_MESSAGE_TTL = "x-message-ttl";

    private Queues() {}

    /**
     * A work queue. It names its type, so that the default type of a virtual host does not choose it, and has no delivery
     * limit unless the route sets one.
     *
     * @param type what {@code kuteng.queue.type} says
     * @param arguments what a route adds with {@code arg.queue.*}: {@code durable}, {@code autoDelete},
     *     {@code exclusive} and RabbitMQ's own {@code x-} arguments; they win over the type
     */
    public static QueueDefinition work(String name, QueueType type, Map<String, Object> arguments) {
        Map<String, Object> rest = new LinkedHashMap<>(arguments);
        boolean durable = flag(rest, DURABLE, type != QueueType.TRANSIENT);
        boolean autoDelete = flag(rest, AUTO_DELETE, false);
        boolean exclusive = flag(rest, EXCLUSIVE, false);
        boolean canBeQuorum = durable && !autoDelete && !exclusive;
        Set<String> added = new HashSet<>();
        if (type == QueueType.QUORUM && canBeQuorum) {
            rest.putIfAbsent(X_QUEUE_TYPE, QUORUM);
        } else if (rest.putIfAbsent(X_QUEUE_TYPE, CLASSIC) == null) {
            added.add(X_QUEUE_TYPE);
        }
        if (QUORUM.equals(rest.get(X_QUEUE_TYPE)) && rest.putIfAbsent(X_DELIVERY_LIMIT, NO_DELIVERY_LIMIT) == null) {
            added.add(X_DELIVERY_LIMIT);
        }
        return new QueueDefinition(name, durable, exclusive, autoDelete, rest, added, QueueDefinition.Origin.USER);
    }

    private static boolean flag(Map<String, Object> arguments, String name, boolean defaultValue) {
        Object value = arguments.remove(name);
        if (value == null) {
            return defaultValue;
        }
        return switch (value.toString()) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException(
                        "arg.queue." + name + " is '" + value + "', which is neither true nor false");
        };
    }

    /** Where messages of a work queue lie that were given up. */
    public static QueueDefinition dead(String workQueue, QueueType type) {
        QueueType own = type == QueueType.QUORUM ? QueueType.QUORUM : QueueType.DURABLE;
        return work(deadName(workQueue), own, Map.of()).ofKuteng();
    }

    /** The name of {@link #dead}. */
    public static String deadName(String workQueue) {
        return workQueue + DEAD_SUFFIX;
    }

    /** Whether a name is one of {@link #dead}. */
    public static boolean isDeadName(String queue) {
        return queue.endsWith(DEAD_SUFFIX);
    }

    /** The work queue to which a queue of dead letters belongs; the opposite of {@link #deadName}. */
    public static String workName(String deadQueue) {
        return isDeadName(deadQueue) ? deadQueue.substring(0, deadQueue.length() - DEAD_SUFFIX.length()) : deadQueue;
    }

    /**
     * Where messages of a work queue go that were delivered before and whose work did not end: their workers take them
     * one at a time, so that it can be told which one ends its worker. Always a quorum queue: after a crash of RabbitMQ
     * a classic queue calls every message redelivered that lay in it, as if a worker had had it in hand.
     */
    public static QueueDefinition redelivered(String workQueue) {
        return work(redeliveredName(workQueue), QueueType.QUORUM, Map.of()).ofKuteng();
    }

    /** The name of {@link #redelivered}. */
    public static String redeliveredName(String workQueue) {
        return workQueue + REDELIVERED_SUFFIX;
    }

    /**
     * Where a message waits for its next attempt. All wait equally long, so that they leave in the order in which they
     * came: RabbitMQ moves just the message at the head of a queue, and one that waits longer holds up all behind it.
     * When its time is over the broker itself moves it back to the work queue. Always a quorum queue (on the embedded
     * broker there is one type), since only there RabbitMQ moves it at least once.
     *
     * @see <a href="https://www.rabbitmq.com/docs/quorum-queues#dead-lettering">RabbitMQ, dead lettering of quorum
     *     queues</a>
     */
    public static QueueDefinition retry(String workQueue, Duration delay) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put(X_QUEUE_TYPE, QUORUM);
        arguments.put(X_DELIVERY_LIMIT, NO_DELIVERY_LIMIT);
        arguments.put(X_MESSAGE_TTL, delay.toMillis());
        arguments.put(X_DEAD_LETTER_EXCHANGE, Topology.DEFAULT_EXCHANGE);
        arguments.put(X_DEAD_LETTER_ROUTING_KEY, workQueue);
        arguments.put(X_DEAD_LETTER_STRATEGY, "at-least-once");
        arguments.put(X_OVERFLOW, "reject-publish");
        return new QueueDefinition(retryName(workQueue, delay), true, false, false, arguments).ofKuteng();
    }

    /** The name of {@link #retry}: {@code kuteng.retry.10s}. */
    public static String retryName(String workQueue, Duration delay) {
        return retryPrefix(workQueue) + text(delay);
    }

    /** What the names of all retry queues of a work queue begin with. */
    public static String retryPrefix(String workQueue) {
        return workQueue + RETRY_INFIX;
    }

    private static String text(Duration delay) {
        long millis = delay.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
