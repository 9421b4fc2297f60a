package org.kuteng.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kuteng.broker.Queues;
import org.kuteng.untrusted.BrokerHeaders;
import org.kuteng.untrusted.HeaderBounds;

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

    /** @param received the properties as they came from the broker */
    static DeadLetter of(String deadQueue, BasicProperties received, byte[] body) {
        BasicProperties properties = bounded(withoutHeaders(received, ADDED_BY_DELIVERY::contains));
        String id = OwnHeaders.deadId(properties.getHeaders()).orElseGet(() -> DerivedId.of(properties, body));
        return new DeadLetter(id, deadQueue, properties, body);
    }

    /** Headers without end, which somebody else put there, are not followed: a text stands for them. */
    private static BasicProperties bounded(BasicProperties properties) {
        Set<String> exceeding = HeaderBounds.exceeding(properties.getHeaders());
        if (exceeding.isEmpty()) {
            return properties;
        }
        Map<String, Object> headers = new LinkedHashMap<>(properties.getHeaders());
        exceeding.forEach(name -> headers.put(name, HeaderBounds.TOO_DEEP));
        return properties.builder().headers(headers).build();
    }

    /** The queue whose work it was; the one whose dead letters lie here, whatever a header says. */
    public String workQueue() {
        return Queues.workName(deadQueue);
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
        return count(FailureHeaders.ATTEMPTS);
    }

    /** How many times it was in hand when its worker ended. */
    public Optional<Long> crashes() {
        return count(FailureHeaders.CRASHES);
    }

    /** When the first attempt failed. */
    public Optional<Instant> firstFailure() {
        return OwnHeaders.time(properties.getHeaders(), FailureHeaders.FIRST_FAILURE);
    }

    /** When the last attempt failed, or when the broker itself put it here. */
    public Optional<Instant> lastFailure() {
        return OwnHeaders.time(properties.getHeaders(), FailureHeaders.LAST_FAILURE)
                .or(() -> BrokerHeaders.lastDeath(properties.getHeaders())
                        .map(death -> death.get("time"))
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
        return BrokerHeaders.lastDeath(properties.getHeaders())
                .map(death -> new Cause("", "the broker put it here: " + BrokerHeaders.describe(death)))
                .orElse(Cause.UNKNOWN);
    }

    /** What brokers noted on it: where it expired or was rejected. */
    public Optional<String> brokerNote() {
        return text(FailureHeaders.BROKER)
                .or(() -> BrokerHeaders.describe(
                        properties.getHeaders(), queue -> queue.startsWith(Queues.retryPrefix(workQueue()))));
    }

    /** Which headers it had that there was no room for. */
    public Optional<String> leftOut() {
        return text(FailureHeaders.LEFT_OUT);
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
        return withoutHeaders(
                properties,
                name -> name.startsWith(FailureHeaders.PREFIX)
                        || BrokerHeaders.isBookkeeping(name)
                        || FailedMessage.NAMES_FURTHER_QUEUES.contains(name));
    }

    /**
     * The properties with which it can be put into a queue of dead letters again: what the broker had noted stands in
     * kuteng's own headers, its id and its cause stay what they are, and no further queue gets a copy.
     */
    BasicProperties propertiesToBuryAgain() {
        Map<String, Object> old = properties.getHeaders();
        if (old == null || old.keySet().stream().noneMatch(DeadLetter::isNotSentAgain)) {
            return properties;
        }
        Map<String, Object> headers = new LinkedHashMap<>(old);
        headers.keySet().removeIf(DeadLetter::isNotSentAgain);
        headers.put(FailureHeaders.DEAD_ID, id);
        brokerNote().ifPresent(note -> headers.put(FailureHeaders.BROKER, note));
        if (cause() != Cause.UNKNOWN && cause().exception().isEmpty()) {
            headers.put(FailureHeaders.MESSAGE, cause().message());
        }
        lastFailure().ifPresent(time -> headers.put(FailureHeaders.LAST_FAILURE, time.toString()));
        return properties.builder().headers(headers).build();
    }

    private static boolean isNotSentAgain(String name) {
        return BrokerHeaders.isBookkeeping(name) || FailedMessage.NAMES_FURTHER_QUEUES.contains(name);
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

    private Optional<String> text(String header) {
        return OwnHeaders.text(properties.getHeaders(), header);
    }

    private Optional<Long> count(String header) {
        int count = OwnHeaders.count(properties.getHeaders(), header);
        return count == 0 ? Optional.empty() : Optional.of((long) count);
    }
}
