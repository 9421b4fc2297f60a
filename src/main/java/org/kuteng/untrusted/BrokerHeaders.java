package org.kuteng.untrusted;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Headers in which a broker keeps its books: where a message expired or was rejected, how often it was delivered. A
 * broker believes them when they are published again: RabbitMQ drops a message from a retry queue as "dead-lettered in a
 * cycle", and a malformed {@code x-death} ends its dead-letter worker. So they are read, and never sent.
 */
public final class BrokerHeaders {
    /** Where RabbitMQ dead-lettered the message: a list of tables, the last time first. */
    public static final String X_DEATH = "x-death";

    /** How often a quorum queue delivered the message, and how often it was returned; told anew with each delivery. */
    private static final Set<String> COUNTS = Set.of("x-delivery-count", "x-acquired-count");

    private static final Set<String> NAMES = Set.of(X_DEATH, "x-received-from");

    private static final List<String> PREFIXES = List.of("x-first-death-", "x-last-death-", "x-opt-");

    /** Of what {@link #describe} makes, in characters. */
    public static final int MAX_DESCRIPTION = 1_000;

    private static final int MAX_VALUE = 100;

    private BrokerHeaders() {}

    /** Whether a header is a broker's, whoever set it. */
    public static boolean isBookkeeping(String name) {
        // most names end the test here
        return name.startsWith("x-") && (COUNTS.contains(name) || NAMES.contains(name) || hasPrefix(name));
    }

    private static boolean hasPrefix(String name) {
        for (String prefix : PREFIXES) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean areAmong(Map<String, Object> headers) {
        if (headers != null) {
            for (String name : headers.keySet()) {
                if (isBookkeeping(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Where RabbitMQ dead-lettered a message last: its {@code reason}, {@code queue}, {@code time} and others. */
    public static Optional<Map<?, ?>> lastDeath(Map<String, Object> headers) {
        return deaths(headers).stream().findFirst();
    }

    private static List<Map<?, ?>> deaths(Map<String, Object> headers) {
        List<Map<?, ?>> deaths = new ArrayList<>();
        if (headers != null && headers.get(X_DEATH) instanceof List<?> list) {
            list.forEach(item -> {
                if (item instanceof Map<?, ?> death && death.get("reason") != null && death.get("queue") != null) {
                    deaths.add(death);
                }
            });
        }
        return deaths;
    }

    /** {@code expired in queue 'orders'}. */
    public static String describe(Map<?, ?> death) {
        return PlainText.cut(String.valueOf(death.get("reason")), MAX_VALUE) + " in queue '"
                + PlainText.cut(String.valueOf(death.get("queue")), MAX_VALUE) + "'";
    }

    /**
     * What they tell, for people; counts of deliveries are left out.
     *
     * @param ownQueue queues whose dead-lettering is kuteng's own doing and not worth telling
     * @return empty if they tell nothing
     */
    public static Optional<String> describe(Map<String, Object> headers, Predicate<String> ownQueue) {
        if (!areAmong(headers)) {
            return Optional.empty();
        }
        List<Map<?, ?>> deaths = deaths(headers);
        List<String> told = new ArrayList<>();
        for (Map<?, ?> death : deaths) {
            if (!ownQueue.test(death.get("queue").toString())) {
                told.add(describe(death) + times(death.get("count")));
            }
        }
        otherThanDeaths(headers, !deaths.isEmpty()).forEach((name, value) -> told.add(name + "=" + value));
        return told.isEmpty() ? Optional.empty() : Optional.of(PlainText.cut(String.join("; ", told), MAX_DESCRIPTION));
    }

    private static String times(Object count) {
        return count instanceof Number number && number.longValue() > 1 ? " " + number.longValue() + " times" : "";
    }

    /** @param readable whether {@code x-death} is as RabbitMQ writes it: then the others say the same once more */
    private static Map<String, String> otherThanDeaths(Map<String, Object> headers, boolean readable) {
        Map<String, String> others = new TreeMap<>();
        headers.forEach((name, value) -> {
            boolean ofDeath =
                    name.equals(X_DEATH) || name.startsWith("x-first-death-") || name.startsWith("x-last-death-");
            if (isBookkeeping(name) && !COUNTS.contains(name) && !(ofDeath && readable)) {
                others.put(PlainText.cut(name, MAX_VALUE), PlainText.cut(text(value), MAX_VALUE));
            }
        });
        return others;
    }

    /** Not the whole of a table or list, which may be nested without end. */
    private static String text(Object value) {
        if (value instanceof List<?> list) {
            return "[" + (list.isEmpty() ? "" : element(list.get(0)) + (list.size() > 1 ? ", …" : "")) + "]";
        }
        return element(value);
    }

    private static String element(Object value) {
        if (value instanceof Map || value instanceof List) {
            return "…";
        }
        return value instanceof byte[] bytes ? bytes.length + " bytes" : String.valueOf(value);
    }
}
