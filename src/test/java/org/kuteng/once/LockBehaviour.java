package org.kuteng.once;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kuteng.testing.TestBroker;

/** {@code kuteng.queue.singleActiveConsumer=true}. */
abstract class LockBehaviour {
    private static final String QUEUE = "of-the-lock";
    private static final int MESSAGES = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @AfterEach
    void deleteQueues(TestBroker broker) {
        ProtectedWorkers.deleteQueues(broker, QUEUE);
    }

    @Test
    void oneConsumerAtATimeGetsTheMessagesInOrderAndAnotherGoesOnWhenItEnds(TestBroker broker) throws Exception {
        Queue<Integer> done = new ConcurrentLinkedQueue<>();
        Queue<String> threads = new ConcurrentLinkedQueue<>();
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger mostAtOnce = new AtomicInteger();
        OnceBehaviour.Routes work =
                r -> r.from("spring-rabbitmq:default?queues=" + QUEUE + "&concurrentConsumers=3&prefetchCount=5")
                        .process(exchange -> {
                            mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                            Thread.yield();
                            threads.add(Thread.currentThread().getName());
                            done.add(exchange.getMessage().getBody(Integer.class));
                            atOnce.decrementAndGet();
                        });
        try (ProtectedWorkers second = ProtectedWorkers.locked(null, broker)) {
            try (ProtectedWorkers first = ProtectedWorkers.locked(null, broker)) {
                first.run(OnceBehaviour.routes(r -> work.accept(r)));
                second.run(OnceBehaviour.routes(r -> work.accept(r)));
                send(broker, 0, MESSAGES);
                await().atMost(PATIENCE).until(() -> done.size() == MESSAGES);
                assertEquals(1, threads.stream().distinct().count());
            }
            send(broker, MESSAGES, 2 * MESSAGES);
            await().atMost(PATIENCE).until(() -> done.size() == 2 * MESSAGES);
        }
        assertEquals(1, mostAtOnce.get());
        assertEquals(2, threads.stream().distinct().count());
        assertEquals(IntStream.range(0, 2 * MESSAGES).boxed().toList(), List.copyOf(done));
    }

    private static void send(TestBroker broker, int begin, int end) {
        try (var client = broker.client()) {
            IntStream.range(begin, end)
                    .forEach(number -> client.publishUnconfirmed(
                            QUEUE, String.valueOf(number), com.rabbitmq.client.MessageProperties.TEXT_PLAIN));
        }
    }
}
