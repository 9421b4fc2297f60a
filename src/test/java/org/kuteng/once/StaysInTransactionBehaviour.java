package org.kuteng.once;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestDatabase;

/**
 * What would leave the transaction, where the start cannot see it: no step runs outside, the message fails with the
 * reason, and none of its rows stays.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StaysInTransactionBehaviour {
    private static final String QUEUE = "of-transaction";
    private static final String FROM = "spring-rabbitmq:default?queues=" + QUEUE;
    private static final String EFFECT = "sql:INSERT INTO effect (id) VALUES (:#${body})";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestDatabase database;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    StaysInTransactionBehaviour(TestDatabase database) {
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
        threads.shutdown();
        database.close();
    }

    @BeforeEach
    void empty() {
        database.execute("DELETE FROM effect");
        database.execute("DELETE FROM kuteng_once");
    }

    @AfterEach
    void deleteQueues(TestBroker broker) {
        ProtectedWorkers.deleteQueues(broker, QUEUE);
    }

    private long rows() {
        return database.number("SELECT COUNT(*) FROM effect") + database.number("SELECT COUNT(*) FROM kuteng_once");
    }

    private static RouteDefinition worker(RouteBuilder r) {
        return r.from(FROM).routeId("worker");
    }

    /** The target is known under way only. */
    private static RouteDefinition to(RouteDefinition route, String target) {
        return route.setHeader("to").constant(target).toD("${header.to}");
    }

    /** Runs one message through; it is buried at its first attempt with this reason, and no row stays. */
    private void assertFails(TestBroker broker, String reason, OnceBehaviour.Routes routes) throws Exception {
        OnceMessages.send(broker, QUEUE, "a-b-c");
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker).run(OnceBehaviour.routes(routes))) {
            await().atMost(PATIENCE).until(() -> broker.readyMessages(QUEUE + ".dead") == 1);
            assertEquals(0, workers.skipped());
        }
        try (PlainClient client = broker.client()) {
            GetResponse letter = client.get(QUEUE + ".dead").orElseThrow();
            String message =
                    letter.getProps().getHeaders().get("kuteng-message").toString();
            assertTrue(message.matches(reason), message);
            assertEquals(1, letter.getProps().getHeaders().get("kuteng-attempts"));
        }
        assertEquals(0, rows());
    }

    @Test
    void aParallelSplitInASubRouteThatIsFoundUnderWay(TestBroker broker) throws Exception {
        assertFails(
                broker,
                "kuteng.once=jdbc: step 'parts' of route 'sub' works in parallel, outside of the transaction: leave its"
                        + " parallelProcessing out",
                r -> {
                    to(worker(r).to(EFFECT), "direct:sub");
                    r.from("direct:sub")
                            .routeId("sub")
                            .split(r.body().tokenize("-"))
                            .parallelProcessing("{{par:true}}")
                            .id("parts")
                            .to(EFFECT);
                });
    }

    @Test
    void aFailureThatTheRouteHandlesFailsTheMessageAllTheSame(TestBroker broker) throws Exception {
        assertFails(broker, "kuteng.once=jdbc: step 'tap' of route 'sub' works on another thread.*", r -> {
            r.onException(OutsideTransactionException.class).handled(true).to(EFFECT);
            worker(r)
                    .to(EFFECT)
                    .setHeader("sub")
                    .constant("direct:sub")
                    .doTry()
                    .toD("${header.sub}")
                    .doCatch(Exception.class)
                    .to(EFFECT)
                    .end();
            r.from("direct:sub").routeId("sub").wireTap("direct:tapped").id("tap");
            r.from("direct:tapped").to(EFFECT);
        });
    }

    @Test
    void aggregateAndResequenceInASubRoute(TestBroker broker) throws Exception {
        assertFails(broker, "kuteng.once=jdbc: step 'batch' of route 'sub' keeps messages after.*", r -> {
            to(worker(r).to(EFFECT), "direct:sub");
            r.from("direct:sub")
                    .routeId("sub")
                    .aggregate(r.constant(true), (oldExchange, newExchange) -> newExchange)
                    .completionSize(1)
                    .id("batch")
                    .to(EFFECT);
        });
        assertFails(broker, "kuteng.once=jdbc: step 'order' of route 'sub' keeps messages after.*", r -> {
            to(worker(r).to(EFFECT), "direct:sub");
            r.from("direct:sub").routeId("sub").resequence(r.body()).id("order").to(EFFECT);
        });
    }

    @Test
    void aQueueInMemoryWhoeverSendsToIt(TestBroker broker) throws Exception {
        String reason =
                "kuteng.once=jdbc: a step of route 'worker' hands the message over to another thread, outside of"
                        + " the transaction \\(seda:other\\): use direct: instead";
        assertFails(broker, reason, r -> {
            to(worker(r).to(EFFECT), "seda:other");
            r.from("seda:other").to(EFFECT);
        });
        assertFails(broker, reason, r -> {
            worker(r)
                    .to(EFFECT)
                    .setHeader("other")
                    .constant("other")
                    .recipientList(r.simple("log:x,seda:${header.other}"));
            r.from("seda:other").to(EFFECT);
        });
        assertFails(broker, "kuteng.once=jdbc: a bean hands the message over to another thread.*", r -> {
            worker(r).to(EFFECT).process(exchange -> exchange.getContext()
                    .createProducerTemplate()
                    .sendBody("seda:other", "a"));
            r.from("seda:other").to(EFFECT);
        });
    }

    @Test
    void aBeansOwnThreadThatCallsBackIntoARoute(TestBroker broker) throws Exception {
        assertFails(
                broker,
                "kuteng.once=jdbc: step 'write' of route 'sub' was to run on thread 'pool-.*', outside of the transaction"
                        + " of its message, and did not: keep the work on the thread of the worker",
                r -> {
                    worker(r).to(EFFECT).process(exchange -> CompletableFuture.runAsync(
                                    () -> exchange.getContext()
                                            .createProducerTemplate()
                                            .send("direct:sub", exchange.copy()),
                                    threads)
                            .join());
                    r.from("direct:sub").routeId("sub").to(EFFECT).id("write");
                });
    }

    @Test
    void whatComesAfterTheCommitDoesNotRunAndIsTold(TestBroker broker) throws Exception {
        OnceMessages.send(broker, QUEUE, "a-b-c");
        CompletableFuture<Exchange> late = new CompletableFuture<>();
        try (OnceLog log = OnceLog.ofOnce();
                ProtectedWorkers workers = ProtectedWorkers.in(database, broker).run(OnceBehaviour.routes(r -> {
                    worker(r).to(EFFECT).process(exchange -> late.complete(exchange.copy()));
                    r.from("direct:sub").routeId("sub").to(EFFECT).id("write");
                }))) {
            await().atMost(PATIENCE).until(() -> rows() == 2);
            late.join().getContext().createProducerTemplate().send("direct:sub", late.join());

            assertInstanceOf(OutsideTransactionException.class, late.join().getException());
            assertEquals(
                    1,
                    log.count("so late that the work of message a-b-c was committed without it"),
                    log.lines().toString());
        }
        assertEquals(2, rows());
    }

    @Test
    void aParallelSplitThatABeansTemplateReaches(TestBroker broker) throws Exception {
        assertFails(broker, "kuteng.once=jdbc: step 'parts' of route 'sub' works in parallel.*", r -> {
            worker(r).to(EFFECT).process(exchange -> exchange.getContext()
                    .createProducerTemplate()
                    .send("direct:sub", other -> other.getMessage().setBody("a-b")));
            r.from("direct:sub")
                    .routeId("sub")
                    .split(r.body().tokenize("-"))
                    .parallelProcessing()
                    .id("parts")
                    .to(EFFECT);
        });
    }

    @Test
    void aParallelOnCompletionOfASubRoute(TestBroker broker) throws Exception {
        assertFails(broker, "kuteng.once=jdbc: step '.*' of route 'sub' .*works in parallel.*", r -> {
            to(worker(r).to(EFFECT), "direct:sub");
            r.from("direct:sub")
                    .routeId("sub")
                    .onCompletion()
                    .parallelProcessing()
                    .to(EFFECT)
                    .end()
                    .to(EFFECT);
        });
    }

    @Test
    void whatFollowsAStepThatAnswersOnItsOwnThreadStaysOnTheWorkers(TestBroker broker) throws Exception {
        OnceMessages.send(broker, QUEUE, "a-b-c");
        try (ProtectedWorkers workers = ProtectedWorkers.in(database, broker).run(OnceBehaviour.routes(r -> {
            worker(r).process(answeringOn(threads)).to("direct:sub");
            r.from("direct:sub")
                    .delay(10)
                    .threads(2)
                    .split(r.body().tokenize("-"))
                    .process(answeringOn(threads))
                    .delay(10)
                    .throttle(100)
                    .asyncDelayed()
                    .to(EFFECT);
        }))) {
            await().atMost(PATIENCE).until(() -> database.number("SELECT COUNT(*) FROM effect") == 3);
            assertEquals(0, workers.skipped());
        }
        assertEquals(0, broker.readyMessages(QUEUE + ".dead"));
    }

    private static AsyncProcessorSupport answeringOn(ExecutorService threads) {
        return new AsyncProcessorSupport() {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                threads.execute(() -> callback.done(false));
                return false;
            }
        };
    }

    @Test
    void workThatIsNotProtectedMayDoAllOfThis(TestBroker broker) throws Exception {
        OnceMessages.send(broker, QUEUE, "a-b-c");
        try (ProtectedWorkers workers = ProtectedWorkers.off(database, broker).run(OnceBehaviour.routes(r -> {
            worker(r).split(r.body().tokenize("-")).parallelProcessing().to("seda:other");
            r.from("seda:other").wireTap("direct:tapped").to(EFFECT);
            r.from("direct:tapped").to(EFFECT);
        }))) {
            await().atMost(PATIENCE).until(() -> database.number("SELECT COUNT(*) FROM effect") == 6);
        }
    }
}
