package org.kuteng.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kuteng.broker.Queues;

/**
 * A message that was given up. What kuteng buried tells its story in its {@link FailureHeaders}; what the broker or
 * somebody else put into the queue tells less, and is a dead letter all the same.
 *
 * @param id names it; derived from the message if it carries none
 * @param deadQueue where it lies
 * @param properties as they lie there
 */
public record DeadLetter(String id, String deadQueue, BasicProperties properties, byte[] body) {

    /** Added by a quorum queue when it delivers: how often it did. Not a part of the message. */
    private static final Set<String> ADDED_BY_DELIVERY = Set.of("x-delivery-count", "x-acquired-count");

    private static final String X_DEATH = "x-death";

    /** @param received the properties as they came from the broker */
    static DeadLetter of(String deadQueue, BasicProperties received, byte[] body) {
        BasicProperties properties = withoutHeaders(received, ADDED_BY_DELIVERY::contains);
        String id = text(properties, FailureHeaders.DEAD_ID).orElseGet(() -> DerivedId.of(properties, body));
        return new DeadLetter(id, deadQueue, properties, body);
    }

    /** The queue whose work it was. */
    public String workQueue() {
        return text(FailureHeaders.QUEUE).orElseGet(() -> Queues.workName(deadQueue));
    }

    /** The route that failed. */
    public Optional<String> route() {
        return text(FailureHeaders.ROUTE);
    }

    /** The step that failed. */
    public Optional<String> step() {
        return text(FailureHeaders.STEP);
    }

    /** How many attempts failed. */
    public Optional<Long> attempts() {
        return header(FailureHeaders.ATTEMPTS) instanceof Number number
                ? Optional.of(number.longValue())
                : Optional.empty();
    }

    /** When the first attempt failed. */
    public Optional<Instant> firstFailure() {
        return text(FailureHeaders.FIRST_FAILURE).flatMap(DeadLetter::instant);
    }

    /** When the last attempt failed, or when the broker itself put it here. */
    public Optional<Instant> lastFailure() {
        return text(FailureHeaders.LAST_FAILURE).flatMap(DeadLetter::instant).or(() -> death().map(
                        death -> death.get("time"))
                .filter(Date.class::isInstance)
                .map(time -> ((Date) time).toInstant()));
    }

    /** Why it is here. */
    public Cause cause() {
        String exception = text(FailureHeaders.EXCEPTION).orElse("");
        String message = text(FailureHeaders.MESSAGE).orElse("");
        if (!exception.isEmpty() || !message.isEmpty()) {
            return new Cause(exception, message);
        }
        return death().map(death -> new Cause(
                        "",
                        "the broker put it here: " + death.get("reason") + " in queue '" + death.get("queue") + "'"))
                .orElse(Cause.UNKNOWN);
    }

    /** The top of the exception's stack. */
    public Optional<String> stack() {
        return text(FailureHeaders.STACK);
    }

    /** The expiration that it had before it failed. */
    public Optional<String> expiration() {
        return text(FailureHeaders.EXPIRATION);
    }

    /** The properties that it had before it failed, but for an expiration: what is sent for work must not vanish. */
    public BasicProperties propertiesBeforeFailure() {
        return withoutHeaders(properties, name -> name.startsWith(FailureHeaders.PREFIX));
    }

    private static BasicProperties withoutHeaders(
            BasicProperties properties, java.util.function.Predicate<String> which) {
        Map<String, Object> headers = properties.getHeaders();
        if (headers == null || headers.keySet().stream().noneMatch(which)) {
            return properties;
        }
        Map<String, Object> rest = new LinkedHashMap<>(headers);
        rest.keySet().removeIf(which);
        return properties.builder().headers(rest.isEmpty() ? null : rest).build();
    }

    private Object header(String name) {
        return properties.getHeaders() == null ? null : properties.getHeaders().get(name);
    }

    private Optional<String> text(String header) {
        return text(properties, header);
    }

    private static Optional<String> text(BasicProperties properties, String header) {
        Object value =
                properties.getHeaders() == null ? null : properties.getHeaders().get(header);
        return value == null || value.toString().isEmpty() ? Optional.empty() : Optional.of(value.toString());
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            // somebody else's header: no time that can be told
            return Optional.empty();
        }
    }

    /** What RabbitMQ wrote when it moved the message here itself. */
    private Optional<Map<?, ?>> death() {
        return header(X_DEATH) instanceof List<?> deaths && !deaths.isEmpty() && deaths.get(0) instanceof Map<?, ?> last
                ? Optional.of(last)
                : Optional.empty();
    }
}
