package org.kuteng.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.kuteng.broker.Queues;
import org.kuteng.untrusted.BrokerHeaders;
import org.kuteng.untrusted.PlainText;
import org.kuteng.untrusted.Thrown;
import org.kuteng.work.Delivery;
import org.kuteng.work.Failure;

/** Describes a failure in the headers of the message, and leaves everything else of the message as it was. */
final class FailedMessage {
    /** AMQP's delivery mode of messages that survive a restart of the broker. */
    private static final int PERSISTENT = 2;

    /** Of a cause in a line of the log, in characters. */
    private static final int MAX_LINE = 200;

    private static final int MAX_STACK_FRAMES = 12;

    /** Long enough that no two dead letters of a queue meet, short enough to be typed. */
    private static final int ID_LENGTH = 10;

    /** A header with which RabbitMQ is told to send a message to further queues as well. */
    private static final String CC = "CC";

    /** The same; the broker removes it, where it knows it. */
    private static final String BCC = "BCC";

    /** Headers by which a message reaches queues that its sender did not address. */
    static final Set<String> NAMES_FURTHER_QUEUES = Set.of(CC, BCC);

    /** What is written anew with each failed attempt. */
    private static final Set<String> OF_LAST_ATTEMPT = Set.of(
            FailureHeaders.LAST_FAILURE,
            FailureHeaders.QUEUE,
            FailureHeaders.ROUTE,
            FailureHeaders.STEP,
            FailureHeaders.EXCEPTION,
            FailureHeaders.MESSAGE,
            FailureHeaders.STACK);

    /** Of a stack as it is written, in characters: most fit. */
    private static final int USUAL_STACK = 2_000;

    private FailedMessage() {}

    static String newId() {
        return UUID.randomUUID().toString().replace("-", "").substring(0, ID_LENGTH);
    }

    /**
     * A copy of the message's headers, fit to be sent again: those of brokers as a text, those of kuteng only if they are
     * valid.
     */
    static Map<String, Object> headers(Delivery delivery) {
        return headers(delivery, Set.of());
    }

    /** @param without names of kuteng's own that are left out */
    private static Map<String, Object> headers(Delivery delivery, Set<String> without) {
        Map<String, Object> arrived = delivery.properties().getHeaders();
        if (arrived == null) {
            return new HashMap<>();
        }
        Map<String, Object> headers = OwnHeaders.sendable(arrived, without);
        String retries = Queues.retryPrefix(delivery.workQueue());
        BrokerHeaders.describe(arrived, queue -> queue.startsWith(retries))
                .ifPresent(told -> headers.putIfAbsent(FailureHeaders.BROKER, told));
        return headers;
    }

    /** The same with one more failed attempt. */
    static Map<String, Object> headers(Delivery delivery, Failure failure) {
        Map<String, Object> headers = headers(delivery, OF_LAST_ATTEMPT);
        String now = OwnTime.text(System.currentTimeMillis());
        headers.put(FailureHeaders.ATTEMPTS, OwnHeaders.count(headers, FailureHeaders.ATTEMPTS) + 1);
        headers.putIfAbsent(FailureHeaders.FIRST_FAILURE, now);
        headers.put(FailureHeaders.LAST_FAILURE, now);
        headers.put(FailureHeaders.QUEUE, delivery.workQueue());
        put(headers, FailureHeaders.ROUTE, failure.routeId(), OwnHeaders.MAX_NAME);
        put(headers, FailureHeaders.STEP, failure.stepId(), OwnHeaders.MAX_NAME);
        Throwable cause = failure.cause();
        put(headers, FailureHeaders.EXCEPTION, cause.getClass().getName(), OwnHeaders.MAX_NAME);
        put(headers, FailureHeaders.MESSAGE, Thrown.story(cause, OwnHeaders.MAX_MESSAGE), OwnHeaders.MAX_MESSAGE);
        put(headers, FailureHeaders.STACK, stack(cause), OwnHeaders.MAX_STACK);
        return headers;
    }

    private static void put(Map<String, Object> headers, String name, String value, int most) {
        if (value == null || value.isEmpty()) {
            headers.remove(name);
        } else {
            headers.put(name, PlainText.cut(value, most));
        }
    }

    /**
     * The message's properties with these headers, fit to be sent by somebody else to another queue: persistent, not to
     * expire, not under another's name, and to no further queue. What it had of these is kept in headers. What the
     * headers tell of a failure is shortened if the broker takes no frame of that size.
     *
     * @return empty if the message's own headers leave no room: it can only be buried
     */
    static Optional<BasicProperties> toSend(Delivery delivery, Map<String, Object> headers) {
        return HeaderFit.shortened(properties(delivery, headers), delivery.frameMax());
    }

    /** The same, without such headers of the message as there is no room for; the dead letter names them. */
    static BasicProperties toBury(Delivery delivery, Map<String, Object> headers) {
        return HeaderFit.cut(properties(delivery, headers), delivery.frameMax());
    }

    private static BasicProperties properties(Delivery delivery, Map<String, Object> headers) {
        keep(headers, FailureHeaders.EXPIRATION, delivery.properties().getExpiration());
        // RabbitMQ refuses a message that does not bear the name of the user who sends it
        keep(headers, FailureHeaders.USER_ID, delivery.properties().getUserId());
        // RabbitMQ sends a copy to each queue that they name
        keep(headers, FailureHeaders.CC, headers.remove(CC));
        keep(headers, FailureHeaders.BCC, headers.remove(BCC));
        return delivery.properties()
                .builder()
                .headers(headers)
                .deliveryMode(PERSISTENT)
                .expiration(null)
                .userId(null)
                .build();
    }

    private static void keep(Map<String, Object> headers, String name, Object value) {
        if (value != null) {
            headers.putIfAbsent(name, value);
        }
    }

    /** {@code IllegalStateException: no such order}, on one line. */
    static String shortText(Throwable cause) {
        return Thrown.line(cause, MAX_LINE);
    }

    private static String stack(Throwable thrown) {
        StringBuilder stack = new StringBuilder(USUAL_STACK);
        for (Throwable t : Thrown.chain(thrown)) {
            stack.append(stack.length() == 0 ? "" : "caused by ")
                    .append(t.getClass().getName());
            String message = Thrown.message(t);
            if (!message.isEmpty()) {
                stack.append(": ").append(PlainText.cut(message, OwnHeaders.MAX_MESSAGE));
            }
            stack.append('\n');
            for (StackTraceElement frame : Thrown.frames(t, MAX_STACK_FRAMES)) {
                stack.append("  at ").append(frame).append('\n');
            }
            if (stack.length() > OwnHeaders.MAX_STACK) {
                break;
            }
        }
        return stack.toString();
    }
}
