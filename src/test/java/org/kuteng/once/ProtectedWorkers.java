package org.kuteng.once;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.ConnectionSettings;
import org.kuteng.broker.Queues;
import org.kuteng.failure.FailureHandling;
import org.kuteng.failure.RetrySettings;
import org.kuteng.rabbitmq.WorkQueueComponent;
import org.kuteng.rabbitmq.WorkQueueSettings;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestDatabase;

/** Workers in this JVM, as one process would run them: with a switch, and a pool, of their own. */
final class ProtectedWorkers implements AutoCloseable {
    private static final Duration RETRY_DELAY = Duration.ofMillis(200);

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final WorkQueueComponent component = new WorkQueueComponent();
    private final Database database;
    private final OnceSwitch onceSwitch;

    private ProtectedWorkers(String brokerUri, OnceMode mode, Database database) {
        this.database = database;
        this.onceSwitch = new OnceSwitch(new OnceSettings(route -> mode, 1_000, Duration.ofDays(1)), database);
        context.getRegistry().bind("broker", new Broker(ConnectionSettings.of(BrokerUri.parse(brokerUri))));
        context.getRegistry().bind("spring-rabbitmq", component);
        context.getRegistry()
                .bind(
                        "failureHandling",
                        new FailureHandling(
                                new RetrySettings(List.of(RETRY_DELAY), List.of(), 10), Set::of, route -> null));
        context.getRegistry().bind("onceSwitch", onceSwitch);
        if (database != null) {
            context.getRegistry().bind("kutengDatabase", database.dataSource());
            context.getCamelContextExtension().addInterceptStrategy(new TransactionSteps(database));
            context.getManagementStrategy().addEventNotifier(new TransactionSends(database));
            database.open();
        }
    }

    /** Not protected; steps find the database all the same. */
    static ProtectedWorkers off(TestDatabase database, TestBroker broker) {
        return new ProtectedWorkers(broker.uri(), OnceMode.OFF, database == null ? null : database(database));
    }

    /** Not protected, but for one consumer at a time; steps find the database. */
    static ProtectedWorkers locked(TestDatabase database, TestBroker broker) {
        ProtectedWorkers workers = off(database, broker);
        WorkQueueSettings defaults = WorkQueueSettings.DEFAULTS;
        workers.context
                .getRegistry()
                .bind(
                        "settings",
                        new WorkQueueSettings(
                                defaults.queueType(),
                                true,
                                defaults.acknowledgeMode(),
                                defaults.acks(),
                                defaults.confirm(),
                                defaults.confirmTimeout(),
                                defaults.confirmWindow(),
                                defaults.sendAgain(),
                                defaults.confirmEach(),
                                defaults.stopTimeout(),
                                defaults.virtualThreads()));
        return workers;
    }

    /** Keys in memory; steps find the database. */
    static ProtectedWorkers inMemory(TestDatabase database, TestBroker broker) {
        return new ProtectedWorkers(broker.uri(), OnceMode.MEMORY, database == null ? null : database(database));
    }

    static ProtectedWorkers inMemory(TestBroker broker) {
        return new ProtectedWorkers(broker.uri(), OnceMode.MEMORY, null);
    }

    static ProtectedWorkers in(TestDatabase database, TestBroker broker) {
        return new ProtectedWorkers(broker.uri(), OnceMode.JDBC, database(database));
    }

    static Database database(TestDatabase database) {
        return new Database(new DatabaseSettings(database.url(), database.user(), database.password()));
    }

    /** Starts when all consumers are there. */
    ProtectedWorkers run(RouteBuilder routes) throws Exception {
        SqlSteps.prepare(context);
        context.addRoutes(routes);
        context.start();
        return this;
    }

    long skipped() {
        return onceSwitch.getSkipped();
    }

    Database database() {
        return database;
    }

    @Override
    public void close() {
        component.workers().stop(routeId -> true);
        context.stop();
        onceSwitch.close();
        if (database != null) {
            database.close();
        }
    }

    /** Sources first: Qpid ends the connection of whoever deletes a queue that another one leads to. */
    static void deleteQueues(TestBroker broker, String... queues) {
        for (String queue : queues) {
            for (String name : List.of(
                    Queues.retryName(queue, RETRY_DELAY),
                    Queues.redeliveredName(queue),
                    Queues.deadName(queue),
                    queue)) {
                try {
                    broker.deleteQueue(name);
                } catch (java.io.UncheckedIOException e) {
                    // it was never declared
                }
            }
        }
    }
}
