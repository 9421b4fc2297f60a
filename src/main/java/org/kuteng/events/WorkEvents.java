package org.kuteng.events;

import java.time.Duration;

/**
 * Everything that happens to messages and connections, told once, where it happens. Metrics, reports, tests and the log
 * listen here; nowhere else is anything counted. Called on threads that have other work to do: an implementation
 * returns at once and does not throw. Each method does nothing by default.
 */
public interface WorkEvents {

    /** Nobody listens. */
    WorkEvents NONE = new WorkEvents() {};

    /**
     * The work on a message ended.
     *
     * @param routeId the worker's route
     * @param queue the work queue
     * @param took from the moment the worker took the message to its end
     */
    default void ended(String routeId, String queue, Outcome outcome, Duration took) {}

    /** A message was written to the broker. */
    default void sent(String exchange, String routingKey) {}

    /**
     * The broker has a message that was sent.
     *
     * @param took since it was written
     */
    default void confirmed(String exchange, String routingKey, Duration took) {}

    /** The broker refused a message ({@code basic.nack}); it may be sent again. */
    default void refused(String exchange, String routingKey) {}

    /** No queue took a message; it may be sent again. */
    default void returned(String exchange, String routingKey, String reply) {}

    /** A send failed, or its outcome is unknown, and the sender is told so. */
    default void sendFailed(String exchange, String routingKey, String reason) {}

    /**
     * The broker takes no messages for now.
     *
     * @param target the queue or exchange that is blocked; null if the whole broker is
     */
    default void blocked(String target, String reason) {}

    /** The opposite of {@link #blocked}. */
    default void unblocked(String target) {}

    /**
     * A connection was lost.
     *
     * @param name its name at the broker
     */
    default void disconnected(String name, String reason) {}

    /** A connection that was lost is open again, with all that it had. */
    default void reconnected(String name, Duration away) {}

    /** The broker ended one consumer of a worker, or its channel; it is opened again. */
    default void consumerEnded(String routeId, String queue, String reason) {}
}
