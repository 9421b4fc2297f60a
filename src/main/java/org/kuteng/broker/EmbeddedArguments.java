package org.kuteng.broker;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * RabbitMQ's queue arguments in the embedded broker's words: the only place that knows both.
 *
 * <table>
 * <caption>What becomes of each argument</caption>
 * <tr><th>RabbitMQ</th><th>embedded broker</th></tr>
 * <tr><td>{@code x-message-ttl}</td><td>{@code maximumMessageTtl}, looked at every
 * {@value HouseKeeping#INTERVAL_MILLIS} ms; it runs on while the broker is down</td></tr>
 * <tr><td>{@code x-dead-letter-exchange} empty, with {@code x-dead-letter-routing-key}</td>
 * <td>{@code alternateBinding} to that queue, <em>which must exist already</em>; takes what has expired and what was
 * rejected without requeue, body, properties and headers untouched and with no {@code x-death}</td></tr>
 * <tr><td>{@code x-dead-letter-exchange} named, without routing key</td><td>{@code alternateBinding} to that exchange,
 * which must exist already; the message keeps its routing key</td></tr>
 * <tr><td>{@code x-dead-letter-strategy}</td><td>dropped: the move is one transaction of one process</td></tr>
 * <tr><td>{@code x-max-length}, {@code x-max-length-bytes}</td><td>{@code maximumQueueDepthMessages},
 * {@code maximumQueueDepthBytes} (which counts headers as well); what is pushed out is deleted, never dead-lettered</td>
 * </tr>
 * <tr><td>{@code x-overflow}</td><td>{@code overflowPolicy}: {@code drop-head} (the default) is {@code RING},
 * {@code reject-publish} is {@code REJECT}; without a length it is dropped, as in RabbitMQ</td></tr>
 * <tr><td>{@code x-max-priority}</td><td>{@code x-qpid-priorities}</td></tr>
 * <tr><td>{@code x-single-active-consumer}</td><td>the same</td></tr>
 * <tr><td>{@code x-queue-type}</td><td>{@code classic} and {@code quorum} dropped: there is one node and one type</td>
 * </tr>
 * <tr><td>{@code x-delivery-limit}</td><td>dropped: only a reject without requeue counts there, and it must end at the
 * first</td></tr>
 * <tr><td>{@code x-expires}</td><td>dropped: a queue stays until it is deleted</td></tr>
 * <tr><td>{@code x-queue-mode}, {@code x-queue-version}, {@code x-queue-leader-locator},
 * {@code x-queue-master-locator}, {@code x-quorum-…}</td><td>dropped: they say where and how a cluster stores a
 * queue</td></tr>
 * <tr><td>any other</td><td>left as it is: the broker takes its own names and ignores what it does not know</td></tr>
 * </table>
 *
 * <p>Refused, because leaving them out would lose messages or order: {@code x-queue-type=stream},
 * {@code x-overflow=reject-publish-dlx}, a dead-letter routing key with a named exchange, and an empty dead-letter
 * exchange without a routing key.
 */
public final class EmbeddedArguments {

    /** So many levels, and the broker takes the priorities 0 to 9 as they are; with fewer it merges the lowest. */
    private static final int FEWEST_PRIORITY_LEVELS = 10;

    /** What RabbitMQ takes and this broker leaves out, beside {@code x-quorum-…}; no message is lost by that. */
    private static final Set<String> LEFT_OUT = Set.of(
            Queues.X_DELIVERY_LIMIT,
            "x-expires",
            "x-queue-mode",
            "x-queue-version",
            "x-queue-leader-locator",
            "x-queue-master-locator");

    private static final String QUORUM_PREFIX = "x-quorum-";

    private EmbeddedArguments() {}

    /**
     * The arguments to declare a queue with on the embedded broker.
     *
     * @param rabbitArguments RabbitMQ's arguments, null or empty for none; not changed
     * @return a new map
     * @throws EmbeddedBrokerException when an argument is refused or has a value of the wrong type
     */
    public static Map<String, Object> translate(Map<String, Object> rabbitArguments) {
        Map<String, Object> rest = new HashMap<>(rabbitArguments == null ? Map.of() : rabbitArguments);
        Map<String, Object> translated = new HashMap<>();
        timeToLive(rest, translated);
        deadLetter(rest, translated);
        length(rest, translated);
        priority(rest, translated);
        type(rest);
        dropWhatOnlyAClusterNeeds(rest);
        translated.putAll(rest);
        return translated;
    }

    private static void timeToLive(Map<String, Object> rest, Map<String, Object> translated) {
        Object millis = rest.remove("x-message-ttl");
        if (millis != null) {
            // 0 means at once to RabbitMQ, and never to Qpid
            translated.put("maximumMessageTtl", Math.max(1, number("x-message-ttl", millis)));
        }
    }

    private static void deadLetter(Map<String, Object> rest, Map<String, Object> translated) {
        rest.remove("x-dead-letter-strategy");
        Object exchange = rest.remove("x-dead-letter-exchange");
        Object key = rest.remove("x-dead-letter-routing-key");
        if (exchange == null) {
            return;
        }
        boolean defaultExchange = exchange.toString().isEmpty();
        if (defaultExchange && key == null) {
            throw refused("x-dead-letter-exchange", "", "name the queue with x-dead-letter-routing-key");
        }
        if (!defaultExchange && key != null) {
            throw refused(
                    "x-dead-letter-routing-key",
                    key,
                    "it cannot change the key on the way to exchange " + exchange + "; leave x-dead-letter-exchange"
                            + " empty, which sends to the queue of that name");
        }
        translated.put("alternateBinding", Map.of("destination", (defaultExchange ? key : exchange).toString()));
    }

    private static void length(Map<String, Object> rest, Map<String, Object> translated) {
        Object messages = rest.remove("x-max-length");
        Object bytes = rest.remove("x-max-length-bytes");
        Object overflow = rest.remove("x-overflow");
        if (messages == null && bytes == null) {
            return;
        }
        if (messages != null) {
            translated.put("maximumQueueDepthMessages", number("x-max-length", messages));
        }
        if (bytes != null) {
            translated.put("maximumQueueDepthBytes", number("x-max-length-bytes", bytes));
        }
        translated.put("overflowPolicy", overflowPolicy(overflow == null ? "drop-head" : overflow.toString()));
    }

    private static String overflowPolicy(String overflow) {
        return switch (overflow) {
            case "drop-head" -> "RING";
            case "reject-publish" -> "REJECT";
            default -> throw refused("x-overflow", overflow, "use drop-head or reject-publish");
        };
    }

    private static void priority(Map<String, Object> rest, Map<String, Object> translated) {
        Object highest = rest.remove("x-max-priority");
        if (highest != null) {
            // Qpid puts priority 5 in the middle of its levels: so many, and 0 to the highest have one of their own
            long levels = Math.max(FEWEST_PRIORITY_LEVELS, 2 * number("x-max-priority", highest) - 8);
            translated.put("x-qpid-priorities", levels);
        }
    }

    private static void type(Map<String, Object> rest) {
        Object type = rest.remove("x-queue-type");
        if (type != null && !"classic".equals(type.toString()) && !"quorum".equals(type.toString())) {
            throw refused("x-queue-type", type, "use classic or quorum");
        }
    }

    private static void dropWhatOnlyAClusterNeeds(Map<String, Object> rest) {
        rest.keySet().removeIf(EmbeddedArguments::isLeftOut);
    }

    private static boolean isLeftOut(String name) {
        return LEFT_OUT.contains(name) || name.startsWith(QUORUM_PREFIX);
    }

    /**
     * Which arguments of a queue do nothing on the embedded broker, though somebody asked for them.
     *
     * @param rabbitArguments RabbitMQ's arguments
     * @return their names, sorted
     */
    static Collection<String> withoutEffect(Map<String, Object> rabbitArguments) {
        return rabbitArguments.entrySet().stream()
                .filter(argument -> !isKutengsOwn(argument))
                .map(Map.Entry::getKey)
                .filter(name -> !QueueArguments.isOfEmbeddedBroker(name))
                .sorted()
                .toList();
    }

    private static boolean isKutengsOwn(Map.Entry<String, Object> argument) {
        return argument.getKey().equals(Queues.X_DELIVERY_LIMIT)
                && argument.getValue().equals(Queues.NO_DELIVERY_LIMIT);
    }

    private static long number(String name, Object value) {
        if (value instanceof Number number && number.longValue() >= 0) {
            return number.longValue();
        }
        throw refused(name, value, "it must be a whole number, 0 or more");
    }

    private static EmbeddedBrokerException refused(String name, Object value, String remedy) {
        return new EmbeddedBrokerException(
                "queue argument " + name + "=" + value + " cannot be used on the embedded broker: " + remedy
                        + ", or run on RabbitMQ",
                null);
    }
}
