package org.kuteng.failure;

import com.rabbitmq.client.LongString;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kuteng.untrusted.BrokerHeaders;
import org.kuteng.untrusted.PlainText;

/**
 * Reads the {@link FailureHeaders} of a message. Whoever may write to a queue can set them: one that is not as kuteng
 * itself writes it (type, range, length) counts as absent.
 */
final class OwnHeaders {
    /** No message is attempted more often, and no setting asks for it. */
    static final int MAX_COUNT = 10_000;

    /** Of names and ids, in characters; a queue's name has 255 bytes at the most. */
    static final int MAX_NAME = 255;

    /** Of what exceptions and brokers say, in characters. */
    static final int MAX_MESSAGE = 1_000;

    /** Of a stack, in characters. */
    static final int MAX_STACK = 10_000;

    /** {@code 2026-01-31T12:00:00.123456789Z} has 30. */
    private static final int MAX_TIME = 40;

    /** UTF-8 has up to four bytes a character, Java's characters are up to three of them. */
    private static final int BYTES_OF_CHARACTER = 3;

    /** What {@link PlainText#cut} adds. */
    private static final int ELLIPSIS = 1;

    private static final Set<String> COUNTS = Set.of(FailureHeaders.ATTEMPTS, FailureHeaders.CRASHES);
    private static final Set<String> TIMES = Set.of(FailureHeaders.FIRST_FAILURE, FailureHeaders.LAST_FAILURE);

    private static final Map<String, Integer> TEXTS = Map.ofEntries(
            Map.entry(FailureHeaders.QUEUE, MAX_NAME),
            Map.entry(FailureHeaders.ROUTE, MAX_NAME),
            Map.entry(FailureHeaders.STEP, MAX_NAME),
            Map.entry(FailureHeaders.EXCEPTION, MAX_NAME),
            Map.entry(FailureHeaders.MESSAGE, MAX_MESSAGE),
            Map.entry(FailureHeaders.STACK, MAX_STACK),
            Map.entry(FailureHeaders.DEAD_ID, MAX_NAME),
            Map.entry(FailureHeaders.EXPIRATION, MAX_NAME),
            Map.entry(FailureHeaders.USER_ID, MAX_NAME),
            Map.entry(FailureHeaders.BROKER, MAX_MESSAGE),
            Map.entry(FailureHeaders.LEFT_OUT, MAX_MESSAGE));

    private OwnHeaders() {}

    /** How often something happened; 0 if there is no valid header. */
    static int count(Map<String, Object> headers, String name) {
        Object value = headers == null ? null : headers.get(name);
        boolean whole =
                value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte;
        long number = whole ? ((Number) value).longValue() : 0;
        return number > 0 && number <= MAX_COUNT ? (int) number : 0;
    }

    /** One of the headers that hold text; empty if it is missing, no text, empty, or too long. */
    static Optional<String> text(Map<String, Object> headers, String name) {
        Object value = headers == null ? null : headers.get(name);
        int most = TEXTS.getOrDefault(name, MAX_TIME) + ELLIPSIS;
        boolean text = value instanceof String
                || value instanceof LongString utf8 && utf8.length() <= (long) most * BYTES_OF_CHARACTER;
        return text
                ? Optional.of(value.toString()).filter(it -> !it.isEmpty() && it.length() <= most)
                : Optional.empty();
    }

    /** One of the headers that hold a time; empty if it is missing or none. */
    static Optional<Instant> time(Map<String, Object> headers, String name) {
        try {
            return text(headers, name).map(Instant::parse);
        } catch (DateTimeException e) {
            // somebody else's header
            return Optional.empty();
        }
    }

    /** The id of a dead letter; one that cannot be shown as it is does not count. */
    static Optional<String> deadId(Map<String, Object> headers) {
        return text(headers, FailureHeaders.DEAD_ID)
                .filter(id -> id.chars().noneMatch(c -> PlainText.isControl((char) c)));
    }

    /** Whether a name is one of {@link FailureHeaders} whose values are bounded. */
    static boolean isBounded(String name) {
        return COUNTS.contains(name) || TIMES.contains(name) || TEXTS.containsKey(name);
    }

    /**
     * A copy without those that are not valid, and without those of brokers.
     *
     * @param without names of kuteng's own that are left out as well
     */
    static Map<String, Object> sendable(Map<String, Object> headers, Set<String> without) {
        // room for those of a failure
        Map<String, Object> sendable = new HashMap<>(2 * (headers.size() + TEXTS.size()));
        headers.forEach((name, value) -> {
            boolean left = name.startsWith(FailureHeaders.PREFIX)
                    ? without.contains(name) || !isValid(headers, name)
                    : BrokerHeaders.isBookkeeping(name);
            if (!left) {
                sendable.put(name, value);
            }
        });
        return sendable;
    }

    private static boolean isValid(Map<String, Object> headers, String name) {
        if (COUNTS.contains(name)) {
            return count(headers, name) > 0;
        }
        if (TIMES.contains(name)) {
            return text(headers, name).filter(OwnTime::isCertain).isPresent()
                    || time(headers, name).isPresent();
        }
        // of others it is not known what they are to be: they may be of a later version
        return !TEXTS.containsKey(name) || text(headers, name).isPresent();
    }
}
