package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.kuteng.testing.CapturedLog;
import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** Here a full queue stops the channel that it gets messages from. */
@OnEmbeddedBroker
class FullQueueEmbeddedIT extends FullQueueBehaviour {
    private static final int ROOM = 20;
    private static final Map<String, Object> SMALL =
            Map.of("maximumQueueDepthMessages", ROOM, "overflowPolicy", "PRODUCER_FLOW_CONTROL");

    @Test
    void aFullQueueHoldsUpThoseWhoSendToItAndNobodyElse(TestBroker broker) throws Exception {
        declare(QUEUE, SMALL);
        declare(OTHER, Map.of());
        AtomicInteger done = new AtomicInteger();
        int messages = 2_000 * ROOM;
        CompletableFuture<Void> sending = CompletableFuture.runAsync(
                () -> {
                    for (int i = 0; i < messages; i++) {
                        sendUnchecked(message(QUEUE, "m" + i), null, done);
                    }
                },
                task -> new Thread(task).start());
        await().atMost(PATIENCE).until(() -> !publisher.blockedSenders().isEmpty());

        for (int i = 0; i < 10 * ROOM; i++) {
            publisher.sendAndWait(message(OTHER, "m" + i), null);
        }

        assertFalse(sending.isDone());
        assertEquals(List.of(new BlockedSender(null, QUEUE, 1)), publisher.blockedSenders());
        try (PlainClient client = broker.client()) {
            client.channel().basicConsume(QUEUE, true, (tag, message) -> {}, tag -> {});
            sending.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            await().atMost(PATIENCE).until(() -> done.get() == messages);
        }
    }

    @Test
    void aPipelineOfSmallQueuesDrains(TestBroker broker) throws Exception {
        declare(QUEUE, SMALL);
        declare(OTHER, SMALL);
        Set<String> arrived = ConcurrentHashMap.newKeySet();
        int messages = 20 * ROOM;
        try (PlainClient first = broker.client();
                PlainClient second = broker.client()) {
            Channel stage = first.channel();
            stage.basicQos(1);
            stage.basicConsume(
                    QUEUE,
                    false,
                    (tag, message) -> {
                        publisher.sendAndWait(
                                message(OTHER, message.getProperties().getMessageId()), QUEUE);
                        stage.basicAck(message.getEnvelope().getDeliveryTag(), false);
                    },
                    tag -> {});
            AtomicInteger done = new AtomicInteger();
            Thread source = new Thread(() -> {
                for (int i = 0; i < messages; i++) {
                    sendUnchecked(message(QUEUE, "m" + i), null, done);
                }
            });
            source.start();
            await().atMost(PATIENCE)
                    .until(() -> publisher.blockedSenders().contains(new BlockedSender(QUEUE, OTHER, 1)));

            second.channel()
                    .basicConsume(
                            OTHER,
                            true,
                            (tag, message) ->
                                    arrived.add(message.getProperties().getMessageId()),
                            tag -> {});

            await().atMost(PATIENCE).until(() -> arrived.size() == messages && done.get() == messages);
            source.join();
        }
    }

    @Test
    void queuesWhoseWorkersWaitForEachOtherAreNamed(TestBroker broker) throws Exception {
        declare(QUEUE, SMALL);
        declare(OTHER, SMALL);
        try (CapturedLog log = new CapturedLog("kuteng.publisher")) {
            AtomicInteger done = new AtomicInteger();
            Thread there = new Thread(() -> fill(OTHER, QUEUE, done));
            Thread back = new Thread(() -> fill(QUEUE, OTHER, done));
            there.start();
            back.start();

            await().atMost(PATIENCE).until(() -> log.lines().stream()
                    .anyMatch(line -> line.contains(
                            "queues '" + QUEUE + "' -> '" + OTHER + "' -> '" + QUEUE + "' may wait for each other")));

            publisher.stopWaiting();
            there.join();
            back.join();
        }
    }

    @Test
    void whoIsInterruptedWhileAQueueIsFullReturnsAndNoThreadSpins(TestBroker broker) throws Exception {
        declare(QUEUE, SMALL);
        AtomicInteger done = new AtomicInteger();
        CompletableFuture<Long> processorTime = new CompletableFuture<>();
        Thread sender = new Thread(() -> {
            fill(QUEUE, null, done);
            processorTime.complete(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
        });
        sender.start();
        await().atMost(PATIENCE).until(() -> !publisher.blockedSenders().isEmpty());

        sender.interrupt();

        sender.join(PATIENCE.toMillis());
        assertTrue(processorTime.isDone());
        assertTrue(processorTime.get() < Duration.ofSeconds(5).toNanos());
    }

    private void fill(String queue, String from, AtomicInteger done) {
        try {
            for (int i = 0; i < 100 * ROOM; i++) {
                publisher.send(message(queue, "m" + i), from, failure -> done.incrementAndGet());
            }
        } catch (InterruptedException | SendFailedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sendUnchecked(OutgoingMessage message, String from, AtomicInteger done) {
        try {
            publisher.send(message, from, failure -> {
                if (failure == null) {
                    done.incrementAndGet();
                }
            });
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
