package org.kuteng.publish;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.kuteng.broker.BrokerKind;
import org.kuteng.broker.QueueType;
import org.kuteng.broker.Queues;
import org.kuteng.broker.Topology;
import org.kuteng.events.WorkEvents;

/** Publishers on fake connections, and messages for them. */
@Timeout(30)
abstract class PublisherFixture {
    static final Duration PATIENT = Duration.ofSeconds(20);
    static final Duration IMPATIENT = Duration.ofMillis(50);
    static final Topology NOTHING = new Topology(List.of(), List.of(), List.of());
    static final Topology QUEUE =
            new Topology(List.of(), List.of(Queues.work("kuteng", QueueType.DURABLE, Map.of())), List.of());

    final FakeBroker broker;
    WorkEvents events = WorkEvents.NONE;
    private final List<Publisher> publishers = new ArrayList<>();

    PublisherFixture() {
        this(BrokerKind.RABBITMQ);
    }

    PublisherFixture(BrokerKind kind) {
        broker = new FakeBroker(kind);
    }

    @BeforeAll
    static void lookOften() {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
    }

    @AfterEach
    void close() {
        broker.goAway();
        broker.connections.forEach(FakeConnection::cut);
        publishers.forEach(Publisher::close);
    }

    static PublishSettings settings(Duration timeout, int window, boolean sendAgain) {
        return new PublishSettings(true, timeout, window, sendAgain);
    }

    Publisher publisher(Duration timeout) {
        return publisher(settings(timeout, 10, true));
    }

    /** With its connection open. */
    Publisher publisher(PublishSettings settings) {
        Publisher publisher = publisher(settings, Runnable::run);
        publisher.declare(NOTHING);
        return publisher;
    }

    Publisher publisher(PublishSettings settings, Executor completions) {
        Publisher publisher =
                new Publisher(broker, settings, () -> "kuteng test", completions, events, broker::isStopped);
        publishers.add(publisher);
        return publisher;
    }

    static OutgoingMessage message(String body) {
        return message("", "kuteng", body);
    }

    static OutgoingMessage message(String exchange, String routingKey, String body) {
        BasicProperties properties =
                new BasicProperties.Builder().messageId("id of " + body).build();
        return new OutgoingMessage(exchange, routingKey, true, properties, body.getBytes(StandardCharsets.UTF_8));
    }

    static Outcome send(Publisher publisher, String body) throws InterruptedException {
        return send(publisher, message(body));
    }

    static Outcome send(Publisher publisher, OutgoingMessage message) throws InterruptedException {
        Outcome outcome = new Outcome();
        publisher.send(message, outcome);
        return outcome;
    }

    static void sendUnchecked(Publisher publisher, OutgoingMessage message, Outcome outcome) {
        try {
            publisher.send(message, outcome);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static CompletableFuture<Outcome> sendElsewhere(Publisher publisher, String body) {
        return sendElsewhere(publisher, message(body), null);
    }

    static CompletableFuture<Outcome> sendElsewhere(Publisher publisher, OutgoingMessage message, String from) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Outcome outcome = new Outcome();
                    try {
                        publisher.send(message, from, outcome);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return outcome;
                },
                task -> new Thread(task).start());
    }

    long openConnections() {
        return broker.connections.stream().filter(FakeConnection::isOpen).count();
    }

    void awaitConnections(int count) {
        Awaitility.await().until(() -> broker.connections.size() == count);
    }

    /** Waits until exactly this was written to the connection that was opened last. */
    void awaitWritten(String... lines) {
        Awaitility.await()
                .until(() ->
                        !broker.connections.isEmpty() && broker.last().written.equals(List.of(lines)));
    }

    static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertTrue(latch.await(PATIENT.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
