package org.kuteng.once;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestDatabase;
import org.kuteng.testing.TestDatabases;

/** A PostgreSQL that has fewer connections than the workers may want. */
@OnEmbeddedBroker
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FullPostgreSQLIT {
    private static final int MAX_CONNECTIONS = 8;
    private static final String QUEUE = "of-full";
    private static final String FROM = "spring-rabbitmq:default?queues=" + QUEUE;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TestDatabase database = TestDatabases.postgreSQL();
    private final Deque<Connection> others = new ArrayDeque<>();

    @BeforeAll
    void makeItSmall() {
        database.execute("ALTER SYSTEM SET max_connections = " + MAX_CONNECTIONS);
        database.kill();
        database.start();
        database.execute("CREATE TABLE effect (id VARCHAR(255))");
    }

    @AfterAll
    void close() {
        database.close();
    }

    @AfterEach
    void release(TestBroker broker) throws SQLException {
        closeOthers(others.size());
        ProtectedWorkers.deleteQueues(broker, QUEUE);
    }

    /** Takes all connections that there are. */
    private void takeAll() {
        await().atMost(PATIENCE).until(() -> {
            try {
                others.add(database.connect());
                return false;
            } catch (SQLException e) {
                assertEquals("53300", e.getSQLState(), e.getMessage());
                return others.size() == MAX_CONNECTIONS;
            }
        });
    }

    private void closeOthers(int count) throws SQLException {
        for (int i = 0; i < count; i++) {
            others.remove().close();
        }
    }

    @Test
    void aPoolThatIsLargerThanTheServerIsToldOnceAtTheStart(TestBroker broker) throws Exception {
        try (OnceLog log = OnceLog.ofDatabase();
                ProtectedWorkers workers = ProtectedWorkers.in(database, broker).run(OnceBehaviour.routes(r -> {
                    r.from(FROM + "&concurrentConsumers=5").routeId("a").to("log:x");
                    r.from(FROM + "&concurrentConsumers=6").routeId("b").to("log:x");
                }))) {
            String line = database.url() + " has room for 8 connections of this process (max_connections 8, reserved 0,"
                    + " used by others 0), and its workers may want 13: raise max_connections, or lower"
                    + " concurrentConsumers; until then messages wait for a connection";
            await().atMost(PATIENCE).until(() -> log.lines().contains(line));
            assertEquals(1, log.count("has room for"), log.lines().toString());
        }
    }

    @Test
    void aPoolThatFitsIsNotToldAndAnEarlierLimitIsFound() throws Exception {
        database.execute("CREATE ROLE limited LOGIN PASSWORD 'limited' CONNECTION LIMIT 3");
        try (Database kuteng =
                new Database(new DatabaseSettings(database.url(), database.user(), database.password()))) {
            kuteng.open();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertEquals(
                            MAX_CONNECTIONS, new ServerRoom(kuteng).look().free()));
        }
        database.execute("GRANT ALL ON SCHEMA public TO limited");
        database.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO limited");
        try (Database kuteng = new Database(new DatabaseSettings(database.url(), "limited", "limited"))) {
            kuteng.open();
            ServerRoom.Room room = new ServerRoom(kuteng).look();
            assertEquals(
                    new ServerRoom.Room(
                            3,
                            "connection limit 3 of the user, used by others 0",
                            "raise the connection limit of the user"),
                    room);
        }
    }

    @Test
    void whoFindsNoConnectionComesBackLaterAndTheOthersWorkOn(TestBroker broker) throws Exception {
        Queue<Object> attempts = new ConcurrentLinkedQueue<>();
        CountDownLatch mayEnd = new CountDownLatch(1);
        takeAll();
        closeOthers(2);
        try (OnceLog log = OnceLog.ofDatabase();
                ProtectedWorkers workers = ProtectedWorkers.in(database, broker).run(OnceBehaviour.routes(r -> r.from(
                                FROM + "&concurrentConsumers=4&prefetchCount=1")
                        .routeId("worker")
                        .to("sql:INSERT INTO effect (id) VALUES (:#${body})")
                        .process(exchange -> {
                            attempts.add(exchange.getMessage().getHeader("kuteng-attempts", "none", Object.class));
                            mayEnd.await();
                        })))) {
            OnceMessages.send(broker, QUEUE, "a", "b", "c", "d", "e", "f");
            await().atMost(PATIENCE).until(() -> log.count("has no connection left") == 1);
            assertNull(workers.database().whyAway());
            assertTrue(
                    log.lines().stream()
                            .anyMatch(line -> line.startsWith(database.url() + " has no connection left (FATAL: ")
                                    && line.contains("; raise max_connections of the server, or lower"
                                            + " concurrentConsumers); messages that find none go back")),
                    log.lines().toString());
            mayEnd.countDown();
            closeOthers(others.size());
            await().atMost(PATIENCE).until(() -> database.number("SELECT COUNT(*) FROM effect") == 6);
            await().atMost(PATIENCE).until(() -> log.count("has connections again, after ") == 1);
            assertEquals(1, log.count("has no connection left"), log.lines().toString());
            assertEquals(0, log.count("is away"), log.lines().toString());
        } finally {
            mayEnd.countDown();
        }
        assertEquals(0, broker.readyMessages(QUEUE + ".dead"));
        assertEquals(List.of("none"), attempts.stream().distinct().toList());
    }

    @Test
    void aServerWithoutAConnectionIsWaitedForAtTheStart() throws Exception {
        takeAll();
        try (OnceLog log = OnceLog.ofDatabase();
                Database kuteng =
                        new Database(new DatabaseSettings(database.url(), database.user(), database.password()))) {
            kuteng.open();
            assertTrue(kuteng.whyAway().contains("raise max_connections"), kuteng.whyAway());
            assertEquals(1, log.count("has no connection left"), log.lines().toString());
            closeOthers(others.size());
            await().atMost(PATIENCE).until(() -> kuteng.whyAway() == null);
        }
    }
}
