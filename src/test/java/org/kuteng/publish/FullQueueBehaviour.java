package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.ConnectionSettings;
import org.kuteng.broker.QueueDefinition;
import org.kuteng.broker.Topology;
import org.kuteng.events.WorkEvents;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** What brokers answer when they do not take a message. */
@Timeout(120)
abstract class FullQueueBehaviour {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final String QUEUE = "publish-full";
    static final String OTHER = "publish-other";
    private static final int LENGTH = 50;
    private static final int MESSAGES = 3_000;
    private static final long A_THOUSAND_A_SECOND = TimeUnit.MILLISECONDS.toNanos(1);

    final GrowingThreads threads = new GrowingThreads("test-sent");
    Publisher publisher;

    @BeforeEach
    void open(TestBroker broker) {
        publisher = new Publisher(
                new Broker(ConnectionSettings.of(BrokerUri.parse(broker.uri()))),
                PublishSettings.DEFAULTS,
                () -> "publish test",
                threads,
                WorkEvents.NONE);
    }

    @AfterEach
    void close(TestBroker broker) {
        publisher.close(System.nanoTime());
        threads.close();
        for (String queue : List.of(QUEUE, OTHER)) {
            try {
                broker.deleteQueue(queue);
            } catch (UncheckedIOException notThere) {
                // not every test has both; the embedded broker minds
            }
        }
    }

    @Test
    void aSendToAFullQueueIsDoneOnlyIfTheBrokerHasTheMessage(TestBroker broker) throws Exception {
        nothingIsLostInAFullQueue(broker, Map.of());
    }

    /** A producer at a thousand a second, a consumer at half of that, and a queue that refuses what it has no room for. */
    void nothingIsLostInAFullQueue(TestBroker broker, Map<String, Object> type) throws Exception {
        declare(QUEUE, with(type, Map.of("x-max-length", LENGTH, "x-overflow", "reject-publish")));
        Set<String> done = ConcurrentHashMap.newKeySet();
        Set<String> received = ConcurrentHashMap.newKeySet();
        Map<SendFailedException.Kind, AtomicInteger> failed = new ConcurrentHashMap<>();
        AtomicInteger told = new AtomicInteger();
        try (PlainClient client = broker.client()) {
            Channel channel = client.channel();
            channel.basicQos(10);
            channel.basicConsume(
                    QUEUE,
                    false,
                    (tag, message) -> {
                        received.add(message.getProperties().getMessageId());
                        LockSupport.parkNanos(2 * A_THOUSAND_A_SECOND);
                        if (channel.isOpen()) {
                            channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
                        }
                    },
                    tag -> {});
            long next = System.nanoTime();
            for (int i = 0; i < MESSAGES; i++) {
                String id = "m" + i;
                next += A_THOUSAND_A_SECOND;
                LockSupport.parkNanos(next - System.nanoTime());
                publisher.send(message(QUEUE, id), failure -> {
                    if (failure == null) {
                        done.add(id);
                    } else {
                        failed.computeIfAbsent(((SendFailedException) failure).kind(), kind -> new AtomicInteger())
                                .incrementAndGet();
                    }
                    told.incrementAndGet();
                });
            }
            await().atMost(PATIENCE).until(() -> told.get() == MESSAGES);
        }
        // what the consumer had not acknowledged is back in the queue
        await().atMost(PATIENCE).until(() -> broker.consumerCount(QUEUE) == 0);
        try (PlainClient client = broker.client()) {
            for (Optional<String> left = client.getText(QUEUE); left.isPresent(); left = client.getText(QUEUE)) {
                received.add(left.get());
            }
        }

        Set<String> lost = new TreeSet<>(done);
        lost.removeAll(received);
        assertEquals(Set.of(), lost, () -> lost.size() + " of " + done.size() + " were done and never received");
        assertEquals(Set.of(SendFailedException.Kind.REFUSED), failed.keySet(), failed::toString);
        assertTrue(failed.get(SendFailedException.Kind.REFUSED).get() > MESSAGES / 10, failed::toString);
        // a refused message may be there all the same: the first copy is in the queue, the next finds it full
        assertEquals(
                Set.of(), received.stream().filter(id -> !done.contains(id)).collect(Collectors.toSet()));
    }

    @Test
    void aQueueThatWasDeletedIsDeclaredAgainAndTheMessageIsInIt(TestBroker broker) throws Exception {
        Topology topology = declare(QUEUE, Map.of());
        publisher.remember(topology);
        publisher.sendAndWait(message(QUEUE, "first"), null);
        broker.deleteQueue(QUEUE);

        publisher.sendAndWait(message(QUEUE, "second"), null);

        try (PlainClient client = broker.client()) {
            assertEquals(Optional.of("second"), client.getText(QUEUE));
        }
    }

    @Test
    void aQueueThatNobodyDeclaredIsToldAsUnroutable() {
        SendFailedException thrown = assertThrows(
                SendFailedException.class, () -> publisher.sendAndWait(message("publish-nowhere", "x"), null));

        assertEquals(SendFailedException.Kind.RETURNED, thrown.kind(), thrown::getMessage);
    }

    @Test
    void anExchangeThatDoesNotExistDisturbsNoOtherTarget(TestBroker broker) throws Exception {
        declare(OTHER, Map.of());
        AtomicInteger done = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        int messages = 300;
        for (int i = 0; i < messages; i++) {
            publisher.send(message(OTHER, "m" + i), failure -> (failure == null ? done : failed).incrementAndGet());
            if (i % 100 == 50) {
                OutgoingMessage bad =
                        new OutgoingMessage("publish-nowhere", "x", true, new BasicProperties(), new byte[0]);
                SendFailedException thrown =
                        assertThrows(SendFailedException.class, () -> publisher.sendAndWait(bad, null));
                assertEquals(SendFailedException.Kind.RETURNED, thrown.kind(), thrown::getMessage);
            }
        }

        await().atMost(PATIENCE).until(() -> done.get() + failed.get() == messages);
        assertEquals(messages, done.get());
        assertEquals(messages, broker.readyMessages(OTHER), "none was sent twice");
    }

    Topology declare(String queue, Map<String, Object> arguments) {
        Topology topology =
                new Topology(List.of(), List.of(new QueueDefinition(queue, true, false, false, arguments)), List.of());
        topology.declare(publisher.connection());
        return topology;
    }

    static OutgoingMessage message(String queue, String id) {
        return new OutgoingMessage(
                "",
                queue,
                true,
                new BasicProperties.Builder().messageId(id).deliveryMode(2).build(),
                id.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, Object> with(Map<String, Object> some, Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(some);
        all.putAll(more);
        return all;
    }
}
