package org.kuteng.broker;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names of arguments that brokers know: RabbitMQ 3.10 to 4.3, and the embedded broker. */
public final class QueueArguments {

    /** What AMQP itself has for a queue, which is written as if it were an argument. */
    private static final Set<String> FLAGS_OF_QUEUES = Set.of("durable", "autoDelete", "exclusive");

    private static final Set<String> FLAGS_OF_EXCHANGES = Set.of("durable", "autoDelete");

    /** Arguments of RabbitMQ that the embedded broker has too, see {@link EmbeddedArguments}. */
    private static final Set<String> EVERYWHERE = Set.of(
            Queues.X_QUEUE_TYPE,
            Queues.X_SINGLE_ACTIVE_CONSUMER,
            Queues.X_MESSAGE_TTL,
            Queues.X_DEAD_LETTER_EXCHANGE,
            Queues.X_DEAD_LETTER_ROUTING_KEY,
            Queues.X_DEAD_LETTER_STRATEGY,
            Queues.X_OVERFLOW,
            "x-max-length",
            "x-max-length-bytes",
            "x-max-priority");

    private static final Set<String> RABBITMQ_ONLY = Set.of(
            Queues.X_DELIVERY_LIMIT,
            "x-consumer-disconnected-timeout",
            "x-consumer-timeout",
            "x-delayed-retry-max",
            "x-delayed-retry-min",
            "x-delayed-retry-type",
            "x-expires",
            "x-initial-cluster-size",
            "x-max-age",
            "x-max-in-memory-bytes",
            "x-max-in-memory-length",
            "x-queue-leader-locator",
            "x-queue-master-locator",
            "x-queue-mode",
            "x-queue-version",
            "x-quorum-initial-group-size",
            "x-quorum-target-group-size",
            "x-stream-filter-size-bytes",
            "x-stream-max-segment-size-bytes");

    private static final Set<String> EMBEDDED_ONLY = Set.of(
            "alertRepeatGap",
            "alertThresholdMessageAge",
            "alertThresholdMessageSize",
            "alertThresholdQueueDepthBytes",
            "alertThresholdQueueDepthMessages",
            "alternateBinding",
            "defaultFilters",
            "ensureNondestructiveConsumers",
            "expiryPolicy",
            "holdOnPublishEnabled",
            "lvqKey",
            "maximumDeliveryAttempts",
            "maximumLiveConsumers",
            "maximumMessageTtl",
            "maximumQueueDepthBytes",
            "maximumQueueDepthMessages",
            "messageDurability",
            "messageGroupDefaultGroup",
            "messageGroupKeyOverride",
            "messageGroupType",
            "minimumMessageTtl",
            "no-local",
            "noLocal",
            "overflowPolicy",
            "priorities",
            "sortKey");

    private static final String EMBEDDED_PREFIX = "x-qpid-";
    private static final String OLDER_EMBEDDED_PREFIX = "qpid.";

    /** With those of the exchanges that RabbitMQ's own plugins add. */
    private static final Set<String> OF_EXCHANGES =
            Set.of("alternate-exchange", "hash-header", "hash-property", "x-delayed-type");

    private static final Set<String> OF_CONSUMERS = Set.of(
            "x-cancel-on-ha-failover",
            "x-consumer-timeout",
            "x-credit",
            "x-priority",
            "x-stream-filter",
            "x-stream-match-unfiltered",
            "x-stream-offset");

    private static final Set<String> OF_QUEUES = union(FLAGS_OF_QUEUES, EVERYWHERE, RABBITMQ_ONLY, EMBEDDED_ONLY);
    private static final Set<String> ALL_OF_EXCHANGES = union(FLAGS_OF_EXCHANGES, OF_EXCHANGES);

    private QueueArguments() {}

    /** What the arguments of a route are for, which decides which of them are known. */
    public enum Use {
        QUEUE,
        EXCHANGE,
        CONSUMER
    }

    /** The names that some broker knows. */
    public static Set<String> known(Use use) {
        return switch (use) {
            case QUEUE -> OF_QUEUES;
            case EXCHANGE -> ALL_OF_EXCHANGES;
            case CONSUMER -> OF_CONSUMERS;
        };
    }

    /** Whether some broker knows the name; the embedded one has families of names. */
    public static boolean isKnown(Use use, String name) {
        return known(use).contains(name) || name.startsWith(EMBEDDED_PREFIX) || name.startsWith(OLDER_EMBEDDED_PREFIX);
    }

    /** Whether an argument of a queue does something on the embedded broker. */
    static boolean isOfEmbeddedBroker(String name) {
        return EVERYWHERE.contains(name)
                || EMBEDDED_ONLY.contains(name)
                || name.startsWith(EMBEDDED_PREFIX)
                || name.startsWith(OLDER_EMBEDDED_PREFIX);
    }

    @SafeVarargs
    private static Set<String> union(Set<String>... sets) {
        return Stream.of(sets).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
    }
}
