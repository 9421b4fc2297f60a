package org.kuteng.once;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestDatabase;

/** Keys in a database, in the transaction of the work. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OnceBehaviour {
    static final String QUEUE = "of-once";
    static final String OTHER = "of-once-other";
    static final String FROM = "spring-rabbitmq:default?queues=" + QUEUE;
    static final String EFFECT = "sql:INSERT INTO effect (id) VALUES (:#${body})";
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final TestDatabase database;

    OnceBehaviour(TestDatabase database) {
        this.database = database;
    }

    @BeforeAll
    void makeTable() {
        database.execute("CREATE TABLE effect (id VARCHAR(255))");
        try (Database kuteng = ProtectedWorkers.database(database)) {
            kuteng.open();
        }
    }

    @AfterAll
    void close() {
        database.close();
    }

    @BeforeEach
    void empty() {
        database.execute("DELETE FROM effect");
        database.execute("DELETE FROM kuteng_once");
    }

    @AfterEach
    void deleteQueues(TestBroker broker) {
        ProtectedWorkers.deleteQueues(broker, QUEUE, OTHER);
    }

    static RouteBuilder routes(Routes configure) {
        return new RouteBuilder() {
            @Override
            public void configure() throws Exception {
                configure.accept(this);
            }
        };
    }

    /** What a route builder is told. */
    interface Routes {
        void accept(RouteBuilder builder) throws Exception;
    }

    long effects() {
        return database.number("SELECT COUNT(*) FROM effect");
    }

    private static void failOnce(AtomicBoolean failed) {
        if (failed.compareAndSet(false, true)) {
            throw new IllegalStateException("the first attempt fails");
        }
    }

    /** Whether a worker's thread is finding out whether it may work. */
    static boolean isClaiming(String thread) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().equals(thread))
                .flatMap(entry -> Arrays.stream(entry.getValue()))
                .anyMatch(frame -> frame.getMethodName().equals("claim"));
    }

    @Test
    void aMessageThatComesAgainIsSkippedAndAcknowledged(TestBroker broker) throws Exception {
        OnceMessages.send(broker, QUEUE, "a", "b", "a", "a", "b");
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker)
                .run(routes(r -> r.from(FROM).routeId("one").to(EFFECT)))) {
            await().atMost(PATIENCE).until(() -> workers.skipped() == 3);
            await().until(() -> broker.readyMessages(QUEUE) == 0);
        }
        assertEquals(2, effects());
        assertEquals(2, database.number("SELECT COUNT(DISTINCT id) FROM effect"));
    }

    @Test
    void whatComesWhileTheFirstIsInHandWaitsAndIsSkippedOnceThatIsDone(TestBroker broker) throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        Queue<String> begun = new ConcurrentLinkedQueue<>();
        try (ProtectedWorkers first = heldAfterItsEffect(broker, "first", begun, mayEnd)) {
            OnceMessages.send(broker, QUEUE, "a");
            await().atMost(PATIENCE).until(() -> begun.size() == 1);
            try (ProtectedWorkers second = heldAfterItsEffect(broker, "second", begun, mayEnd)) {
                OnceMessages.send(broker, QUEUE, "a");
                await().atMost(PATIENCE).until(() -> isClaiming("second#1"));

                mayEnd.countDown();
                await().atMost(PATIENCE).until(() -> second.skipped() == 1);
            } finally {
                mayEnd.countDown();
            }
            assertEquals(0, first.skipped());
        }
        assertEquals(List.of("first"), List.copyOf(begun));
        assertEquals(1, effects());
    }

    private ProtectedWorkers heldAfterItsEffect(
            TestBroker broker, String id, Queue<String> begun, CountDownLatch mayEnd) throws Exception {
        return ProtectedWorkers.in(database, broker).run(routes(r -> r.from(FROM + "&prefetchCount=1")
                .routeId(id)
                .to(EFFECT)
                .process(exchange -> {
                    begun.add(id);
                    mayEnd.await();
                })));
    }

    @Test
    void whatComesWhileTheFirstIsInHandIsDoneIfThatFails(TestBroker broker) throws Exception {
        CountDownLatch mayFail = new CountDownLatch(1);
        AtomicBoolean failed = new AtomicBoolean();
        Queue<String> begun = new ConcurrentLinkedQueue<>();
        try (ProtectedWorkers first = ProtectedWorkers.in(database, broker)
                .run(routes(r -> r.from(FROM + "&prefetchCount=1&concurrentConsumers=2")
                        .routeId("worker")
                        .to(EFFECT)
                        .process(exchange -> {
                            begun.add(exchange.getMessage().getBody(String.class));
                            mayFail.await();
                            failOnce(failed);
                        })))) {
            OnceMessages.send(broker, QUEUE, "a");
            await().atMost(PATIENCE).until(() -> begun.size() == 1);
            OnceMessages.send(broker, QUEUE, "a");
            try {
                await().atMost(PATIENCE).until(() -> isClaiming("worker#1") || isClaiming("worker#2"));
                assertEquals(1, begun.size());
            } finally {
                mayFail.countDown();
            }
            // the one that waited is done; the retry of the one that failed finds it
            await().atMost(PATIENCE).until(() -> first.skipped() == 1);
        }
        assertEquals(2, begun.size());
        assertEquals(1, effects());
    }

    @Test
    void whatAFailedAttemptWroteIsGoneAndItsRetryIsNoDuplicate(TestBroker broker) throws Exception {
        AtomicBoolean failed = new AtomicBoolean();
        Queue<Object> attempts = new ConcurrentLinkedQueue<>();
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker)
                .run(routes(r -> r.from(FROM).to(EFFECT).process(exchange -> {
                    failOnce(failed);
                    attempts.add(exchange.getMessage().getHeader("kuteng-attempts"));
                })))) {
            OnceMessages.send(broker, QUEUE, "a");
            await().atMost(PATIENCE).until(() -> effects() == 1);
            assertEquals(0, workers.skipped());
        }
        assertEquals(List.of(1), List.copyOf(attempts));
    }

    @Test
    void stepsAfterAnAsynchronousOneBelongToTheTransaction(TestBroker broker) throws Exception {
        Queue<String> threads = new ConcurrentLinkedQueue<>();
        AtomicBoolean failed = new AtomicBoolean();
        OnceMessages.send(broker, OTHER);
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker).run(routes(r -> r.from(FROM)
                .routeId("sends")
                .to("spring-rabbitmq:default?routingKey=" + OTHER)
                .delay(20)
                .threads(2)
                .to(EFFECT)
                .process(exchange -> {
                    threads.add(Thread.currentThread().getName());
                    failOnce(failed);
                })))) {
            OnceMessages.send(broker, QUEUE, "a");
            await().atMost(PATIENCE).until(() -> threads.size() == 2 && effects() == 1);
            assertEquals(0, workers.skipped());
        }
        assertEquals(List.of("sends#1", "sends#1"), List.copyOf(threads));
        assertEquals(1, effects());
    }

    @Test
    void jdbcStepsAndTheirOwnCommitsBelongToTheTransaction(TestBroker broker) throws Exception {
        AtomicBoolean failed = new AtomicBoolean();
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker).run(routes(r -> r.from(FROM)
                .setBody(r.simple("INSERT INTO effect (id) VALUES ('${body}')"))
                .to("jdbc:default")
                .process(exchange -> failOnce(failed))))) {
            OnceMessages.send(broker, QUEUE, "a", "b");
            await().atMost(PATIENCE).until(() -> effects() == 2);
            assertEquals(0, workers.skipped());
        }
    }

    @Test
    void aRouteThatGoesOnAfterAStepWasRolledBackHasFailed(TestBroker broker) throws Exception {
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker).run(routes(r -> r.from(FROM)
                .to(EFFECT)
                .setBody(r.constant("INSERT INTO nowhere VALUES (1)"))
                .doTry()
                .to("jdbc:default")
                .doCatch(Exception.class)
                .setBody(r.constant("never mind"))
                .end()))) {
            OnceMessages.send(broker, QUEUE, "a");
            await().atMost(PATIENCE).until(() -> broker.readyMessages(QUEUE + ".dead") == 1);
            assertEquals(0, workers.skipped());
        }
        assertEquals(0, effects());
    }

    @Test
    void thePartsOfASplitMessageBelongToOneTransaction(TestBroker broker) throws Exception {
        AtomicBoolean failed = new AtomicBoolean();
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker).run(routes(r -> r.from(FROM)
                .split(r.body().tokenize("-"))
                .to(EFFECT)
                .end()
                .process(exchange -> failOnce(failed))))) {
            OnceMessages.send(broker, QUEUE, "a-b-c");
            await().atMost(PATIENCE).until(() -> failed.get() && effects() == 3);
            assertEquals(0, workers.skipped());
        }
    }

    @Test
    void theSameIdInAnotherQueueIsOtherWork(TestBroker broker) throws Exception {
        OnceMessages.send(broker, QUEUE, "a");
        OnceMessages.send(broker, OTHER, "a");
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker)
                .run(routes(r -> r.from(FROM + "," + OTHER).to(EFFECT)))) {
            await().atMost(PATIENCE).until(() -> effects() == 2);
            assertEquals(0, workers.skipped());
        }
    }

    @Test
    void theKeyMayBeAnExpressionOfTheRoute(TestBroker broker) throws Exception {
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker)
                .run(routes(r -> r.from(FROM + "&arg.once=RAW(${header.order}/${header.line})")
                        .to(EFFECT)))) {
            OnceMessages.sendWithoutId(broker, QUEUE, "a", java.util.Map.of("order", 7, "line", 1));
            OnceMessages.sendWithoutId(broker, QUEUE, "b", java.util.Map.of("order", 7, "line", 2));
            OnceMessages.sendWithoutId(broker, QUEUE, "c", java.util.Map.of("order", 7, "line", 1));
            await().atMost(PATIENCE).until(() -> effects() == 2 && workers.skipped() == 1);
        }
        assertEquals(1, database.number("SELECT COUNT(*) FROM kuteng_once WHERE message_key = '7/2'"));
    }

    @Test
    void aMessageWithoutAKeyIsBuriedAtOnceWithTheReason(TestBroker broker) throws Exception {
        OnceMessages.sendWithoutId(broker, QUEUE, "nameless", java.util.Map.of());
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker)
                .run(routes(r -> r.from(FROM).routeId("worker").to(EFFECT)))) {
            await().atMost(PATIENCE).until(() -> broker.readyMessages(QUEUE + ".dead") == 1);
            try (PlainClient client = broker.client()) {
                GetResponse letter = client.get(QUEUE + ".dead").orElseThrow();
                var headers = letter.getProps().getHeaders();
                assertEquals(1, headers.get("kuteng-attempts"));
                String message = headers.get("kuteng-message").toString();
                assertTrue(message.startsWith("the message has no message-id"), message);
                assertTrue(message.contains("kuteng.route.worker.once=off"), message);
            }
        }
        assertEquals(0, effects());
    }

    @Test
    void aKeyOfAnyLengthAndAlphabetIsKnownAgain(TestBroker broker) throws Exception {
        List<String> keys = List.of("é中🙂", "x".repeat(5_000), "x".repeat(5_001), "a\0b");
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker)
                .run(routes(r -> r.from(FROM + "&arg.once=RAW(${body})")
                        .setBody(r.constant("done"))
                        .to(EFFECT)))) {
            for (String key : keys) {
                OnceMessages.sendWithoutId(broker, QUEUE, key, java.util.Map.of());
                OnceMessages.sendWithoutId(broker, QUEUE, key, java.util.Map.of());
            }
            await().atMost(PATIENCE).until(() -> workers.skipped() == keys.size());
        }
        assertEquals(keys.size(), effects());
    }

    @Test
    void oldKeysArePurgedAndYoungOnesStay() {
        database.execute("INSERT INTO kuteng_once (queue, message_key, done_at)"
                + " SELECT 'q', 'old-' || x, CURRENT_TIMESTAMP - INTERVAL '2' DAY FROM "
                + numbers(1_700) + "");
        database.execute("INSERT INTO kuteng_once (queue, message_key) VALUES ('q', 'young')");
        try (Database kuteng = ProtectedWorkers.database(database)) {
            kuteng.open();
            new Purge(kuteng, Duration.ofDays(1)).run();
        }
        assertEquals(1, database.number("SELECT COUNT(*) FROM kuteng_once"));
    }

    /** A table with one column x. */
    abstract String numbers(int count);

    @Test
    void anyNumberOfProcessesMayMakeTheTablesAtOnce() throws Exception {
        database.execute("DROP TABLE kuteng_once");
        database.execute("DROP TABLE kuteng_schema");
        List<Database> all = IntStream.range(0, 6)
                .mapToObj(i -> ProtectedWorkers.database(database))
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(all.size());
        try {
            List<Callable<String>> openings = all.stream()
                    .map(kuteng -> (Callable<String>) () -> {
                        kuteng.open();
                        return kuteng.whyAway();
                    })
                    .toList();
            for (Future<String> opened : threads.invokeAll(openings)) {
                assertNull(opened.get());
            }
        } finally {
            threads.shutdown();
            all.forEach(Database::close);
        }
        assertEquals(1, database.number("SELECT version FROM kuteng_schema"));
    }

    @Test
    void tablesOfANewerKutengAreRefused() {
        database.execute("UPDATE kuteng_schema SET version = 99");
        try (Database kuteng = ProtectedWorkers.database(database)) {
            DatabaseException refused =
                    org.junit.jupiter.api.Assertions.assertThrows(DatabaseException.class, kuteng::open);
            assertEquals(
                    "database " + kuteng + ": it has version 99 of kuteng's tables, and this kuteng knows up to 1:"
                            + " use the newer kuteng, or another database",
                    refused.getMessage());
        } finally {
            database.execute("UPDATE kuteng_schema SET version = 1");
        }
    }
}
