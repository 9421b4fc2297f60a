package org.kuteng.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.Route;
import org.kuteng.broker.QueueDefinition;
import org.kuteng.broker.QueueType;
import org.kuteng.broker.Queues;
import org.kuteng.broker.Topology;
import org.kuteng.events.Outcome;
import org.kuteng.publish.OutgoingMessage;
import org.kuteng.untrusted.HeaderBoundsException;
import org.kuteng.work.Delivery;
import org.kuteng.work.Failure;
import org.kuteng.work.FailureHandler;

/**
 * Failed work is attempted again after a while, which it waits in the broker, and buried when it has failed often
 * enough. A message that ends its worker is found out by giving redelivered messages to workers one at a time, and is
 * buried too.
 */
public final class FailureHandling implements FailureHandler {
    /**
     * Where the broker counts crashes: how many a message must have seen before it is worked on alone. A lost
     * connection counts for everything that was sent ahead on it, so that one is no reason for a detour, and does not
     * tell which of the messages is to blame.
     */
    private static final int SUSPICIOUS_CRASHES = 2;

    private final RetrySettings defaults;
    private final Supplier<Set<Duration>> routeDelays;
    private final Function<Route, RetrySettings> ofRoute;

    /**
     * @param defaults what holds for routes without settings of their own
     * @param routeDelays every delay that a route has of its own: each needs a queue; asked when a worker starts
     * @param ofRoute the settings of a route; null: the defaults
     */
    public FailureHandling(
            RetrySettings defaults, Supplier<Set<Duration>> routeDelays, Function<Route, RetrySettings> ofRoute) {
        this.defaults = defaults;
        this.routeDelays = routeDelays;
        this.ofRoute = ofRoute;
    }

    private RetrySettings settings(Route route) {
        RetrySettings own = route == null ? null : ofRoute.apply(route);
        return own == null ? defaults : own;
    }

    @Override
    public List<QueueDefinition> queues(String workQueue, QueueType type) {
        List<QueueDefinition> queues = new ArrayList<>();
        queues.add(Queues.dead(workQueue, type));
        queues.add(Queues.redelivered(workQueue));
        return queues;
    }

    @Override
    public List<QueueDefinition> queuesOnDemand(String workQueue) {
        Set<Duration> delays = new LinkedHashSet<>(defaults.delays());
        delays.addAll(routeDelays.get());
        return delays.stream().map(delay -> Queues.retry(workQueue, delay)).toList();
    }

    @Override
    public Move afterFailure(FailedWork work) {
        Delivery delivery = work.delivery();
        Failure failure = work.failure();
        RetrySettings settings = settings(work.route());
        Map<String, Object> headers = FailedMessage.headers(delivery, failure);
        int attempts = OwnHeaders.count(headers, FailureHeaders.ATTEMPTS);
        String what = "attempt " + attempts + " of " + settings.attempts() + " failed"
                + (failure.stepId() == null ? "" : " at " + failure.stepId()) + ": "
                + FailedMessage.shortText(failure.cause());
        boolean last = attempts >= settings.attempts();
        if (failure.bury() || last || isHopeless(failure.cause()) || settings.givesUp(failure.cause())) {
            return bury(delivery, headers, what);
        }
        Duration delay = settings.delays().get(attempts - 1);
        Optional<BasicProperties> properties = FailedMessage.toSend(delivery, headers);
        if (properties.isEmpty()) {
            return bury(delivery, headers, what + "; its headers leave no room for those of a retry");
        }
        String queue = Queues.retryName(delivery.workQueue(), delay);
        return new Move(
                message(queue, properties.get(), delivery),
                Outcome.RETRIED,
                what + "; next attempt in " + delay.toString().substring(2).toLowerCase(java.util.Locale.ROOT));
    }

    /** Whether the message itself is at fault, and would be at each attempt. */
    private static boolean isHopeless(Throwable cause) {
        return cause instanceof HeaderBoundsException;
    }

    private static Move bury(Delivery delivery, Map<String, Object> headers, String what) {
        String id = FailedMessage.newId();
        headers.put(FailureHeaders.DEAD_ID, id);
        String queue = Queues.deadName(delivery.workQueue());
        return new Move(
                message(queue, FailedMessage.toBury(delivery, headers), delivery),
                Outcome.BURIED,
                what + "; buried in " + queue + " (./kuteng dead show " + id + ")");
    }

    private static OutgoingMessage message(String queue, BasicProperties properties, Delivery delivery) {
        return new OutgoingMessage(Topology.DEFAULT_EXCHANGE, queue, true, properties, delivery.body());
    }

    @Override
    public Move beforeWork(Delivery delivery, Route route) {
        boolean first = delivery.queue().equals(delivery.workQueue());
        OptionalInt counted = delivery.crashes();
        if (counted.isPresent() && counted.getAsInt() < (first ? SUSPICIOUS_CRASHES : 1)) {
            // handed back cleanly, or on its way when a connection was lost
            return null;
        }
        Map<String, Object> headers = FailedMessage.headers(delivery);
        String queue = Queues.redeliveredName(delivery.workQueue());
        if (first && counted.isPresent()) {
            // as where the broker does not count: the first is not held against it
            headers.put(
                    FailureHeaders.CRASHES,
                    Math.max(counted.getAsInt() - 1, OwnHeaders.count(headers, FailureHeaders.CRASHES)));
        }
        if (!first) {
            // one at a time: it was in hand when the worker ended
            int crashes = OwnHeaders.count(headers, FailureHeaders.CRASHES) + 1;
            headers.put(FailureHeaders.CRASHES, crashes);
            RetrySettings settings = settings(route);
            if (crashes >= settings.crashes()) {
                return buryForCrashes(delivery, route, new WorkerEndedException(crashes), crashes);
            }
        }
        Optional<BasicProperties> properties = FailedMessage.toSend(delivery, headers);
        if (properties.isPresent()) {
            return new Move(message(queue, properties.get(), delivery), Outcome.MOVED, null);
        }
        // what cannot be moved is worked on where it is, and what cannot be counted is not risked again
        return first ? null : buryForCrashes(delivery, route, WorkerEndedException.uncounted(), 1);
    }

    private static Move buryForCrashes(Delivery delivery, Route route, WorkerEndedException cause, int crashes) {
        Failure failure = new Failure(cause, route == null ? null : route.getRouteId(), null, true);
        Map<String, Object> described = FailedMessage.headers(delivery, failure);
        described.put(FailureHeaders.CRASHES, crashes);
        return bury(delivery, described, cause.getMessage());
    }

    @Override
    public Move handBack(Delivery delivery) {
        if (delivery.queue().equals(delivery.workQueue()) || delivery.crashes().isPresent()) {
            return null;
        }
        return FailedMessage.toSend(delivery, FailedMessage.headers(delivery))
                .map(properties -> new Move(message(delivery.queue(), properties, delivery), Outcome.HANDED_BACK, null))
                .orElse(null);
    }
}
