package org.kuteng.once;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestDatabases;

@OnEmbeddedBroker
class OncePostgreSQLIT extends OnceBehaviour {
    OncePostgreSQLIT() {
        super(TestDatabases.postgreSQL());
    }

    @Override
    String numbers(int count) {
        return "generate_series(1, " + count + ") AS x";
    }

    @Test
    void whileTheDatabaseIsAwayMessagesStayAndNoAttemptIsSpent(TestBroker broker) throws Exception {
        Queue<Object> attempts = new ConcurrentLinkedQueue<>();
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker)
                .run(routes(r -> r.from(FROM + "&concurrentConsumers=2&prefetchCount=2")
                        .to(EFFECT)
                        .process(exchange -> attempts.add(
                                exchange.getMessage().getHeader("kuteng-attempts", "none", Object.class)))))) {
            database.kill();
            try {
                OnceMessages.send(broker, QUEUE, "a", "b", "c", "d", "e", "f");
                await().atMost(PATIENCE).until(() -> workers.database().whyAway() != null);
                // it has gone back to the queue, and has come again from there
                await().atMost(PATIENCE).until(() -> broker.readyMessages(QUEUE + ".redelivered") > 0);
            } finally {
                database.start();
            }
            await().atMost(PATIENCE).until(() -> effects() == 6);
            assertNull(workers.database().whyAway());
            assertEquals(0, workers.skipped());
        }
        assertEquals(0, broker.readyMessages(QUEUE + ".dead"));
        assertEquals(List.of("none"), attempts.stream().distinct().toList());
    }

    @Test
    void workUnderWhichTheDatabaseWasKilledIsDoneAgainAndNoAttemptIsSpent(TestBroker broker) throws Exception {
        CountDownLatch killed = new CountDownLatch(1);
        Queue<Object> attempts = new ConcurrentLinkedQueue<>();
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker)
                .run(routes(r -> r.from(FROM).to(EFFECT).process(exchange -> {
                    attempts.add(exchange.getMessage().getHeader("kuteng-attempts", "none", Object.class));
                    killed.await();
                })))) {
            OnceMessages.send(broker, QUEUE, "a");
            await().atMost(PATIENCE).until(() -> attempts.size() == 1);
            database.kill();
            killed.countDown();
            try {
                await().atMost(PATIENCE).until(() -> workers.database().whyAway() != null);
            } finally {
                database.start();
            }
            await().atMost(PATIENCE).until(() -> effects() == 1 && attempts.size() == 2);
        }
        assertEquals(List.of("none", "none"), List.copyOf(attempts));
    }

    @Test
    void workThatLosesNothingButItsConnectionSpendsAnAttempt(TestBroker broker) throws Exception {
        Queue<Object> attempts = new ConcurrentLinkedQueue<>();
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker)
                .run(routes(r -> r.from(FROM).to(EFFECT).process(exchange -> {
                    attempts.add(exchange.getMessage().getHeader("kuteng-attempts", "none", Object.class));
                    if (attempts.size() == 1) {
                        database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                + " WHERE state = 'idle in transaction'");
                        throw new IllegalStateException("and fails");
                    }
                })))) {
            OnceMessages.send(broker, QUEUE, "a");
            await().atMost(PATIENCE).until(() -> effects() == 1);
        }
        assertEquals(List.of("none", 1), List.copyOf(attempts));
    }
}
