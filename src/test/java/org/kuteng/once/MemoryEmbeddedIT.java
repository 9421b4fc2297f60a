package org.kuteng.once;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.TestBroker;

/** Keys in memory, and what is refused wherever they are. */
@OnEmbeddedBroker
class MemoryEmbeddedIT {
    private static final String QUEUE = "of-memory";
    private static final String FROM = "spring-rabbitmq:default?queues=" + QUEUE;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @AfterEach
    void deleteQueues(TestBroker broker) {
        ProtectedWorkers.deleteQueues(broker, QUEUE);
    }

    @Test
    void aMessageThatComesAgainIsSkippedAlsoByAnotherRoute(TestBroker broker) throws Exception {
        Queue<String> done = new ConcurrentLinkedQueue<>();
        OnceMessages.send(broker, QUEUE, "a", "b", "a", "a", "b", "c", "a");
        try (ProtectedWorkers workers = ProtectedWorkers.inMemory(broker).run(OnceBehaviour.routes(r -> {
            r.from(FROM + "&prefetchCount=1")
                    .routeId("one")
                    .process(e -> done.add(e.getMessage().getBody(String.class)));
            r.from(FROM + "&prefetchCount=1")
                    .routeId("two")
                    .process(e -> done.add(e.getMessage().getBody(String.class)));
        }))) {
            await().atMost(PATIENCE).until(() -> workers.skipped() == 4);
            await().until(() -> broker.readyMessages(QUEUE) == 0);
        }
        assertEquals(List.of("a", "b", "c"), done.stream().sorted().toList());
    }

    @Test
    void aClaimIsGivenBackWhenTheWorkFails(TestBroker broker) throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        OnceMessages.send(broker, QUEUE, "a");
        try (ProtectedWorkers workers = ProtectedWorkers.inMemory(broker)
                .run(OnceBehaviour.routes(r -> r.from(FROM).process(e -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw new IllegalStateException("the first attempt fails");
                    }
                })))) {
            await().atMost(PATIENCE).until(() -> attempts.get() == 2);
            OnceMessages.send(broker, QUEUE, "a");
            await().atMost(PATIENCE).until(() -> workers.skipped() == 1);
        }
        assertEquals(2, attempts.get());
    }

    @Test
    void whatComesWhileTheFirstIsInHandWaitsForIt(TestBroker broker) throws Exception {
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch mayEnd = new CountDownLatch(1);
        OnceMessages.send(broker, QUEUE, "a", "a");
        try (ProtectedWorkers workers = ProtectedWorkers.inMemory(broker)
                .run(OnceBehaviour.routes(r -> r.from(FROM + "&prefetchCount=1&concurrentConsumers=2")
                        .routeId("worker")
                        .process(e -> {
                            begun.incrementAndGet();
                            mayEnd.await();
                        })))) {
            try {
                await().atMost(PATIENCE)
                        .until(() -> OnceBehaviour.isClaiming("worker#1") || OnceBehaviour.isClaiming("worker#2"));
                assertEquals(1, begun.get());
            } finally {
                mayEnd.countDown();
            }
            await().atMost(PATIENCE).until(() -> workers.skipped() == 1);
        }
        assertEquals(1, begun.get());
    }

    @Test
    void asynchronousWorkIsProtectedInMemoryToo(TestBroker broker) throws Exception {
        Queue<String> done = new ConcurrentLinkedQueue<>();
        OnceMessages.send(broker, QUEUE, "a", "b", "a", "b");
        try (ProtectedWorkers workers = ProtectedWorkers.inMemory(broker)
                .run(OnceBehaviour.routes(r -> r.from(FROM + "&asyncConsumer=true")
                        .threads(2)
                        .process(e -> done.add(e.getMessage().getBody(String.class)))))) {
            await().atMost(PATIENCE).until(() -> workers.skipped() == 2);
        }
        assertEquals(List.of("a", "b"), done.stream().sorted().toList());
    }

    @Test
    void whatCannotBeProtectedIsRefusedWithTheReason(TestBroker broker) {
        Map<OnceBehaviour.Routes, String> refusals = Map.of(
                r -> r.from(FROM + "&acknowledgeMode=MANUAL").to("log:x"),
                "kuteng.once=jdbc needs messages that are acknowledged after their work: set"
                        + " kuteng.acknowledgeMode=auto, or kuteng.once=off",
                r -> r.from(FROM + "&asyncConsumer=true").to("log:x"),
                "kuteng.once=jdbc needs work that stays on its thread, which the transaction belongs to: leave"
                        + " asyncConsumer out and set concurrentConsumers",
                r -> r.from(FROM)
                        .split(r.body())
                        .parallelProcessing()
                        .id("parts")
                        .to("log:x"),
                "kuteng.once=jdbc: step 'parts' works in parallel, outside of the transaction: leave its"
                        + " parallelProcessing out",
                r -> r.from(FROM + "&arg.once=orderId").to("log:x"),
                "arg.once is 'orderId', which is the same for every message: write an expression such as"
                        + " ${header.orderId}",
                r -> r.from("direct:x").to("spring-rabbitmq:default?routingKey=" + QUEUE + "&arg.once=RAW(${body})"),
                "option 'arg.once' of spring-rabbitmq belongs to the 'from' of a worker: a step that sends has nothing"
                        + " to skip");
        try (var h2 = org.kuteng.testing.TestDatabases.h2()) {
            refusals.forEach((routes, reason) -> {
                try (ProtectedWorkers workers = ProtectedWorkers.in(h2, broker)) {
                    Exception refused = assertThrows(Exception.class, () -> workers.run(OnceBehaviour.routes(routes)));
                    assertTrue(causes(refused).contains(reason), () -> causes(refused));
                }
            });
        }
    }

    private static String causes(Throwable thrown) {
        StringBuilder all = new StringBuilder();
        for (Throwable t = thrown; t != null && t != t.getCause(); t = t.getCause()) {
            all.append(t.getMessage()).append('\n');
        }
        return all.toString();
    }
}
