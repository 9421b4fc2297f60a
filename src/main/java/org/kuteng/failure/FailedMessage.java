package org.kuteng.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.kuteng.broker.Queues;
import org.kuteng.work.Delivery;
import org.kuteng.work.Failure;

/** Describes a failure in the headers of the message, and leaves everything else of the message as it was. */
final class FailedMessage {
    /** Long enough to recognise, short enough for a header frame and a column. */
    private static final int MAX_MESSAGE = 1_000;

    /** AMQP's delivery mode of messages that survive a restart of the broker. */
    private static final int PERSISTENT = 2;

    private static final int MAX_SHORT_MESSAGE = 200;

    private static final int MAX_STACK_FRAMES = 12;

    /** Long enough that no two dead letters of a queue meet, short enough to be typed. */
    private static final int ID_LENGTH = 10;

    private FailedMessage() {}

    static String newId() {
        return UUID.randomUUID().toString().replace("-", "").substring(0, ID_LENGTH);
    }

    /** A copy of the message's headers, without what RabbitMQ added when a retry queue gave the message back. */
    static Map<String, Object> headers(Delivery delivery) {
        Map<String, Object> headers = new HashMap<>();
        if (delivery.properties().getHeaders() != null) {
            headers.putAll(delivery.properties().getHeaders());
        }
        Object firstDeath = headers.get("x-first-death-queue");
        if (firstDeath != null && firstDeath.toString().startsWith(Queues.retryPrefix(delivery.workQueue()))) {
            headers.remove("x-death");
            headers.keySet().removeIf(name -> name.startsWith("x-first-death-") || name.startsWith("x-last-death-"));
        }
        // what a quorum queue counts is told with each delivery, and is not the message's own
        headers.remove("x-delivery-count");
        headers.remove("x-acquired-count");
        return headers;
    }

    /** The same with one more failed attempt. */
    static Map<String, Object> headers(Delivery delivery, Failure failure) {
        Map<String, Object> headers = headers(delivery);
        String now = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
        headers.put(FailureHeaders.ATTEMPTS, count(headers, FailureHeaders.ATTEMPTS) + 1);
        headers.putIfAbsent(FailureHeaders.FIRST_FAILURE, now);
        headers.put(FailureHeaders.LAST_FAILURE, now);
        headers.put(FailureHeaders.QUEUE, delivery.workQueue());
        put(headers, FailureHeaders.ROUTE, failure.routeId());
        put(headers, FailureHeaders.STEP, failure.stepId());
        Throwable cause = failure.cause();
        put(headers, FailureHeaders.EXCEPTION, cause.getClass().getName());
        put(headers, FailureHeaders.MESSAGE, cut(cause.getMessage(), MAX_MESSAGE));
        put(headers, FailureHeaders.STACK, stack(cause));
        return headers;
    }

    private static void put(Map<String, Object> headers, String name, String value) {
        if (value == null || value.isEmpty()) {
            headers.remove(name);
        } else {
            headers.put(name, value);
        }
    }

    static int count(Map<String, Object> headers, String name) {
        return headers.get(name) instanceof Number number ? number.intValue() : 0;
    }

    /**
     * The message's properties with these headers, fit to be sent by somebody else to another queue: persistent, not to
     * expire, not under another's name, and to no further queue. What it had of these is kept in headers.
     */
    static BasicProperties.Builder properties(Delivery delivery, Map<String, Object> headers) {
        keep(headers, FailureHeaders.EXPIRATION, delivery.properties().getExpiration());
        // RabbitMQ refuses a message that does not bear the name of the user who sends it
        keep(headers, FailureHeaders.USER_ID, delivery.properties().getUserId());
        // RabbitMQ sends a copy to each queue that it names
        keep(headers, FailureHeaders.CC, headers.remove("CC"));
        return delivery.properties()
                .builder()
                .headers(headers)
                .deliveryMode(PERSISTENT)
                .expiration(null)
                .userId(null);
    }

    private static void keep(Map<String, Object> headers, String name, Object value) {
        if (value != null) {
            headers.putIfAbsent(name, value);
        }
    }

    /** {@code IllegalStateException: no such order}, on one line. */
    static String shortText(Throwable cause) {
        String message = cut(cause.getMessage(), MAX_SHORT_MESSAGE);
        String name = cause.getClass().getSimpleName();
        return message == null ? name : name + ": " + message.replaceAll("\\s+", " ");
    }

    private static String cut(String text, int most) {
        return text == null || text.length() <= most ? text : text.substring(0, most) + "…";
    }

    private static String stack(Throwable thrown) {
        StringBuilder stack = new StringBuilder();
        for (Throwable t = thrown; t != null && t != t.getCause(); t = t.getCause()) {
            stack.append(stack.length() == 0 ? "" : "caused by ")
                    .append(t.getClass().getName());
            if (t.getMessage() != null) {
                stack.append(": ").append(cut(t.getMessage(), MAX_MESSAGE));
            }
            stack.append('\n');
            StackTraceElement[] frames = t.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, MAX_STACK_FRAMES); i++) {
                stack.append("  at ").append(frames[i]).append('\n');
            }
        }
        return stack.toString();
    }
}
