package org.kuteng.testing;

import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * A broker that tests talk to. What this kind of broker cannot do or tell ends in an {@link UnsupportedOperationException}
 * that says so; tests ask {@link #canBeKilled()} and {@link #canBeInspected()} first.
 */
public interface TestBroker extends AutoCloseable {

    /** For example {@code amqp://kuteng:kuteng@127.0.0.1:5672/kuteng}. */
    String uri();

    /** For messages and assumptions: "embedded", "RabbitMQ node", ... */
    String kind();

    /** Whether {@link #kill()} works, and {@link #start()} after it. */
    default boolean canBeKilled() {
        return false;
    }

    /** Whether {@link #stop()} and {@link #start()} work. */
    default boolean canBeStopped() {
        return false;
    }

    /** Whether alarms, consumers and connections can be seen and set. */
    default boolean canBeInspected() {
        return false;
    }

    /** kill -9: no goodbye to clients, nothing flushed. */
    default void kill() {
        throw cannot("be killed");
    }

    /**
     * Makes sure that what was declared until now survives a {@link #kill()}. RabbitMQ on Mnesia answers a declare
     * before it has written the end of the transaction, up to two seconds later; killed in between it forgets the queue
     * with all of its confirmed messages.
     */
    default void writeDeclarations() {}

    /** The clean end; durable data stays, except on an embedded broker in memory. */
    default void stop() {
        throw cannot("be stopped");
    }

    /** Again on the same port and data; returns when it answers AMQP. */
    default void start() {
        throw cannot("be started");
    }

    default void restart() {
        stop();
        start();
    }

    /** With the alarm on, RabbitMQ blocks every connection that publishes. */
    default void memoryAlarm(boolean on) {
        throw cannot("raise a memory alarm");
    }

    /**
     * From now on the broker refuses what is published to the queue while it holds so many messages. On RabbitMQ a
     * policy says so, so that everyone may go on declaring the queue as before; the embedded broker knows none, so that
     * the queue is declared here, before anybody else does it.
     *
     * @param arguments what the queue is declared with otherwise, in RabbitMQ's terms
     */
    default void limit(String queue, int messages, Map<String, Object> arguments) {
        throw cannot("limit a queue");
    }

    /** For {@link #limit}: whether it works. */
    default boolean canLimit() {
        return canBeInspected();
    }

    /** Whether a passive declare tells the messages that are ready, and not those in hand as well. */
    default boolean tellsReadyMessages() {
        return true;
    }

    /** The broker itself closes them, with a reason (320); for a cut without a word see {@link TcpProxy#cut()}. */
    default void closeAllConnections() {
        throw cannot("close connections");
    }

    default List<ConsumerInfo> consumers(String queue) {
        throw cannot("list consumers");
    }

    /** The names that clients gave their connections. */
    default List<String> connectionNames() {
        throw cannot("list connections");
    }

    default List<String> queueNames() {
        throw cannot("list queues");
    }

    default void deleteQueue(String queue) {
        try (PlainClient client = client()) {
            client.delete(queue);
        }
    }

    /** On the embedded broker unacknowledged messages count too: it answers a passive declare that way. */
    default long readyMessages(String queue) {
        try (PlainClient client = client()) {
            return client.messages(queue);
        }
    }

    default int consumerCount(String queue) {
        try (PlainClient client = client()) {
            return client.consumers(queue);
        }
    }

    default PlainClient client() {
        return PlainClient.connect(uri());
    }

    default int port() {
        return URI.create(uri()).getPort();
    }

    @Override
    void close();

    private UnsupportedOperationException cannot(String what) {
        return new UnsupportedOperationException("The broker of this test (" + kind() + ") cannot " + what + ".");
    }
}
