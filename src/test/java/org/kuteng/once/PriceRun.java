package org.kuteng.once;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.builder.RouteBuilder;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestDatabase;

/** Measures how quickly a queue that is full is worked off, in one way or another. */
final class PriceRun {
    /** Each message's work takes as long, and writes one row, unless there is to be no work. */
    private static final int WORK_MILLIS = 5;

    private static final int PREFETCH = 20;
    private static final int OLD_KEYS = 300_000;

    /** With the number of parameters, for which Camel would else ask the database each time. */
    private static final String EFFECT =
            "sql:INSERT INTO effect (id, body) VALUES (:#${header.id}, :#${body})?parametersCount=2";

    /** About how many messages a second one consumer does, to choose how many there are. */
    private static final int EXPECTED = 130;

    private static final int EXPECTED_NO_WORK = 20_000;

    enum Way {
        OFF("off"),
        MEMORY("memory"),
        H2("jdbc on H2"),
        POSTGRESQL("jdbc on PostgreSQL"),
        BY_HAND("written by hand: the same two statements on PostgreSQL"),
        LOCK("the lock (single active consumer)"),
        OFF_NO_WORK("off, no work"),
        MEMORY_NO_WORK("memory, no work");

        final String text;

        Way(String text) {
            this.text = text;
        }

        boolean works() {
            return this != OFF_NO_WORK && this != MEMORY_NO_WORK;
        }
    }

    private final TestBroker broker;
    private final TestDatabase h2;
    private final TestDatabase postgreSQL;
    private final double seconds;
    private int runs;

    PriceRun(TestBroker broker, TestDatabase h2, TestDatabase postgreSQL, double seconds) {
        this.broker = broker;
        this.h2 = h2;
        this.postgreSQL = postgreSQL;
        this.seconds = seconds;
        for (TestDatabase database : new TestDatabase[] {h2, postgreSQL}) {
            database.execute("CREATE TABLE effect (id VARCHAR(255), body VARCHAR(255))");
            try (Database tables = ProtectedWorkers.database(database)) {
                tables.open();
            }
        }
    }

    /** Messages a second. */
    double rate(Way way, int consumers) throws Exception {
        int parallel = way == Way.LOCK ? 1 : consumers;
        int messages = (int) (seconds * (way.works() ? EXPECTED * Math.min(parallel, 8) : EXPECTED_NO_WORK));
        String queue = "price-" + ++runs;
        fill(queue, messages, way == Way.LOCK);
        Progress progress = new Progress(messages);
        try (AutoCloseable worker = start(way, queue, consumers, progress)) {
            return progress.await();
        } finally {
            ProtectedWorkers.deleteQueues(broker, queue);
        }
    }

    /** The same with {@link Way#POSTGRESQL} while many old keys are purged. */
    double ratePurging(int consumers) throws Exception {
        postgreSQL.execute("INSERT INTO kuteng_once (queue, message_key, done_at)"
                + " SELECT 'old', gen_random_uuid(), CURRENT_TIMESTAMP - INTERVAL '9' DAY FROM generate_series(1, "
                + OLD_KEYS + ")");
        try (Database database = ProtectedWorkers.database(postgreSQL)) {
            database.open();
            Thread purge = new Thread(new Purge(database, Duration.ofDays(7))::run, "purge");
            purge.start();
            try {
                double rate = rate(Way.POSTGRESQL, consumers);
                if (!purge.isAlive()) {
                    throw new IllegalStateException("the purge ended before the measurement did");
                }
                return rate;
            } finally {
                purge.interrupt();
                purge.join();
                postgreSQL.execute("DELETE FROM kuteng_once WHERE queue = 'old'");
                postgreSQL.execute("VACUUM kuteng_once");
            }
        }
    }

    private void fill(String queue, int messages, boolean single) {
        try (PlainClient client = broker.client()) {
            client.declare(
                    queue, true, single ? java.util.Map.of("x-single-active-consumer", true) : java.util.Map.of());
            try {
                client.channel().confirmSelect();
                for (int i = 0; i < messages; i++) {
                    client.publishUnconfirmed(
                            queue,
                            "message " + i,
                            new com.rabbitmq.client.AMQP.BasicProperties.Builder()
                                    .messageId(queue + "-" + i)
                                    .contentType("text/plain")
                                    .deliveryMode(2)
                                    .build());
                }
                client.channel().waitForConfirmsOrDie(60_000);
            } catch (java.io.IOException | java.util.concurrent.TimeoutException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private AutoCloseable start(Way way, String queue, int consumers, Progress progress) throws Exception {
        if (way == Way.BY_HAND) {
            return new HandWrittenWorker(broker, postgreSQL, queue, consumers, PREFETCH, WORK_MILLIS, progress::done);
        }
        ProtectedWorkers workers =
                switch (way) {
                    case OFF -> ProtectedWorkers.off(postgreSQL, broker);
                    case MEMORY -> ProtectedWorkers.inMemory(postgreSQL, broker);
                    case H2 -> ProtectedWorkers.in(h2, broker);
                    case POSTGRESQL -> ProtectedWorkers.in(postgreSQL, broker);
                    case LOCK -> ProtectedWorkers.locked(postgreSQL, broker);
                    case OFF_NO_WORK -> ProtectedWorkers.off(null, broker);
                    default -> ProtectedWorkers.inMemory(broker);
                };
        return workers.run(way.works() ? work(queue, consumers, progress) : noWork(queue, consumers, progress));
    }

    private static String from(String queue, int consumers) {
        return "spring-rabbitmq:default?queues=" + queue + "&concurrentConsumers=" + consumers + "&prefetchCount="
                + PREFETCH;
    }

    private static RouteBuilder work(String queue, int consumers, Progress progress) {
        return OnceBehaviour.routes(r -> r.from(from(queue, consumers))
                .setHeader("id", r.header("CamelSpringRabbitmqMessageId"))
                .process(exchange -> Thread.sleep(WORK_MILLIS))
                .to(EFFECT)
                .process(exchange -> progress.done()));
    }

    private static RouteBuilder noWork(String queue, int consumers, Progress progress) {
        return OnceBehaviour.routes(r -> r.from(from(queue, consumers)).process(exchange -> progress.done()));
    }

    /** From the first message done to the last. */
    private static final class Progress {
        private static final Duration PATIENCE = Duration.ofMinutes(2);

        private final int messages;
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicLong first = new AtomicLong();
        private final java.util.concurrent.CompletableFuture<Long> last =
                new java.util.concurrent.CompletableFuture<>();

        Progress(int messages) {
            this.messages = messages;
        }

        void done() {
            int now = count.incrementAndGet();
            if (now == 1) {
                first.set(System.nanoTime());
            } else if (now == messages) {
                last.complete(System.nanoTime());
            }
        }

        double await() throws Exception {
            long end = last.get(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
            return (messages - 1) / ((end - first.get()) / 1e9);
        }
    }
}
