package org.kuteng.work.steps;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;
import org.apache.camel.processor.aggregate.GroupedExchangeAggregationStrategy;
import org.apache.camel.processor.aggregate.UseLatestAggregationStrategy;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.processor.idempotent.MemoryIdempotentRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kuteng.broker.Queues;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** What steps keep beyond the end of a route is acknowledged when it is done, and not before. */
abstract class KeptStepsBehaviour {
    private static final String QUEUE = "kept-steps";
    private static final String DEAD = Queues.deadName(QUEUE);
    private static final String FROM = "spring-rabbitmq:default?queues=" + QUEUE;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final CountDownLatch gate = new CountDownLatch(1);
    private PlainClient client;
    private RunningRoutes routes;

    @BeforeEach
    void connect(TestBroker broker) {
        client = broker.client();
        client.declareDurable(QUEUE);
        routes = new RunningRoutes(broker, 2);
    }

    @AfterEach
    void deleteQueues(TestBroker broker) {
        gate.countDown();
        routes.close();
        client.close();
        for (String queue : List.of(
                Queues.retryName(QUEUE, RunningRoutes.RETRY_DELAY), DEAD, Queues.redeliveredName(QUEUE), QUEUE)) {
            try {
                broker.deleteQueue(queue);
            } catch (UncheckedIOException e) {
                // Qpid's answer for a queue that is not there
            }
        }
    }

    private void begin(Exchange exchange) throws InterruptedException {
        routes.done.add("begun " + exchange.getMessage().getBody(String.class));
        gate.await();
        routes.done.add("ended " + exchange.getMessage().getBody(String.class));
    }

    private void note(Exchange exchange) {
        routes.done.add(exchange.getMessage().getBody(String.class));
    }

    private void fail(Exchange exchange) {
        routes.done.add("failed " + exchange.getMessage().getBody(String.class));
        throw new IllegalStateException("no");
    }

    private void awaitInHand(int count) {
        await().atMost(PATIENCE).until(() -> routes.inHand() == count);
    }

    private void awaitDone(String... what) {
        await().atMost(PATIENCE).until(() -> routes.done.containsAll(List.of(what)));
    }

    private void awaitDead(int count) {
        await().atMost(PATIENCE).until(() -> client.messages(DEAD) == count);
        awaitInHand(0);
    }

    /** The message is in hand while the work that is behind the gate goes on, and not longer. */
    private void assertHeldUntilTheGateOpens(int messages) {
        await().atMost(PATIENCE)
                .until(() -> routes.done.stream()
                                .filter(line -> line.startsWith("begun"))
                                .count()
                        >= 1);
        awaitInHand(messages);
        gate.countDown();
        awaitInHand(0);
        routes.close();
        // the last acknowledgement may still be on its way
        await().until(() -> client.messages(QUEUE) == 0);
    }

    @Test
    void whatAWireTapTakesIsHeld(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM).routeId("worker").wireTap("direct:tapped").process(e -> note(e));
                from("direct:tapped").routeId("tapped").process(e -> begin(e));
            }
        });
        client.publish(QUEUE, "message ", 3);
        awaitDone("message 0", "message 1", "message 2");
        assertHeldUntilTheGateOpens(3);
    }

    @Test
    void aTapOfANewExchangeIsHeldToo(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .wireTap("direct:tapped")
                        .copy(false)
                        .process(e -> note(e));
                from("direct:tapped").routeId("tapped").process(e -> begin(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDone("message 0");
        assertHeldUntilTheGateOpens(1);
    }

    @Test
    void whatFailsBehindAWireTapIsAFailedAttempt(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM).routeId("worker").wireTap("direct:tapped");
                from("direct:tapped").routeId("tapped").process(e -> fail(e)).id("refuse");
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
        assertEquals(List.of("failed message 0", "failed message 0"), List.copyOf(routes.done));
        assertEquals(
                "refuse",
                client.get(DEAD)
                        .orElseThrow()
                        .getProps()
                        .getHeaders()
                        .get("kuteng-step")
                        .toString());
    }

    @Test
    void whatIsQueuedInSedaIsHeld(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM).routeId("worker").to("seda:first").to("seda:second");
                from("seda:first").routeId("first").process(e -> begin(e));
                from("seda:second?multipleConsumers=true").routeId("second").process(e -> begin(e));
                from("seda:second?multipleConsumers=true").routeId("third").process(e -> begin(e));
            }
        });
        client.publish(QUEUE, "message ", 3);
        assertHeldUntilTheGateOpens(3);
        assertEquals(
                9, routes.done.stream().filter(line -> line.startsWith("ended")).count());
    }

    @Test
    void whatFailsBehindSedaInABranchIsAFailedAttempt(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .multicast()
                        .to("seda:good", "seda:bad")
                        .end();
                from("seda:good").routeId("good").process(e -> note(e));
                from("seda:bad").routeId("bad").process(e -> fail(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
        assertEquals(2, routes.done.stream().filter("failed message 0"::equals).count());
    }

    @Test
    void aStepThatRemovesAllPropertiesTakesNoMessageOutOfTheHand(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM).routeId("worker").removeProperties("*").to("seda:on");
                from("seda:on").routeId("on").removeProperties("*").wireTap("direct:tapped");
                from("direct:tapped").routeId("tapped").process(e -> fail(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
    }

    @Test
    void whatAnotherMessageTakesInFailsWithIt(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM + "&concurrentConsumers=2&prefetchCount=1")
                        .routeId("worker")
                        .choice()
                        .when(body().isEqualTo("message 0"))
                        .to("seda:taken-in")
                        .otherwise()
                        .pollEnrich("seda:taken-in", PATIENCE.toMillis())
                        .process(e -> fail(e))
                        .end();
            }
        });
        client.publish(QUEUE, "message ", 2);
        awaitDead(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "split: {parallelProcessing: true, tokenize: ' ', aggregationStrategy: broken, steps: [to: direct:on]}",
                "multicast: {parallelProcessing: true, aggregationStrategy: broken, steps: [to: direct:on]}",
                "recipientList: {parallelProcessing: true, constant: direct:on, aggregationStrategy: broken}"
            })
    void anErrorOfAStrategyIsAFailedAttempt(String step, TestBroker broker) throws Exception {
        AggregationStrategy broken = (before, part) -> {
            throw new StackOverflowError();
        };
        routes.context().getRegistry().bind("broken", broken);
        String yaml = """
                - route:
                    id: worker
                    from:
                      uri: spring-rabbitmq:default
                      parameters: {queues: %s}
                      steps:
                        - %s
                """.formatted(QUEUE, step);
        PluginHelper.getRoutesLoader(routes.context()).loadRoutes(ResourceHelper.fromString("worker.yaml", yaml));
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:on").routeId("on").process(e -> note(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorOfWhatGivesThePartsIsAFailedAttempt(boolean parallel, TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                SplitDefinition split = from(FROM).routeId("worker").split().exchange(e -> new PartsThatBreakOff());
                split.setParallelProcessing(String.valueOf(parallel));
                split.streaming().process(e -> note(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
    }

    private static final class PartsThatBreakOff implements Iterator<String>, Closeable {
        private int given;

        @Override
        public boolean hasNext() {
            if (given == 2) {
                throw new StackOverflowError();
            }
            return true;
        }

        @Override
        public String next() {
            return "part " + given++;
        }

        @Override
        public void close() {
            throw new StackOverflowError();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exception", "error"})
    void whatIsTakenInByAStrategyThatThrowsFailsToo(String thrown, TestBroker broker) throws Exception {
        startTakingIn((before, takenIn) -> {
            if (thrown.equals("error")) {
                throw new StackOverflowError();
            }
            throw new IllegalStateException("no");
        });
        client.publish(QUEUE, "message ", 2);
        awaitDead(2);
    }

    @Test
    void whatIsTakenInByAStrategyThatAnswersNullIsDone(TestBroker broker) throws Exception {
        startTakingIn((before, takenIn) -> null);
        client.publish(QUEUE, "message ", 2);
        awaitDone("message 1");
        awaitInHand(0);
        assertEquals(0, client.messages(DEAD));
    }

    private void startTakingIn(AggregationStrategy strategy) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM + "&concurrentConsumers=2&prefetchCount=1")
                        .routeId("worker")
                        .choice()
                        .when(body().isEqualTo("message 0"))
                        .to("seda:taken-in")
                        .otherwise()
                        .pollEnrich("seda:taken-in", PATIENCE.toMillis(), strategy)
                        .process(e -> note(e))
                        .end();
            }
        });
    }

    @Test
    void whatASedaQueueDiscardsIsDone(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .to("seda:small?size=1&discardWhenFull=true")
                        .process(e -> note(e));
                from("seda:small?size=1").routeId("small").process(e -> begin(e));
            }
        });
        client.publish(QUEUE, "message ", 10);
        awaitDone("message 9");
        await().atMost(PATIENCE).until(() -> routes.inHand() <= 2);
        gate.countDown();
        awaitInHand(0);
    }

    @Test
    void aBatchIsHeldUntilItIsDone(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .aggregate(constant(true), new GroupedBodyAggregationStrategy())
                        .completionSize(50)
                        .process(e -> begin(e));
            }
        });
        client.publish(QUEUE, "message ", 49);
        awaitInHand(49);
        assertTrue(routes.done.isEmpty());
        client.publish(QUEUE, "message ", 1);
        assertHeldUntilTheGateOpens(50);
    }

    @Test
    void everyKindOfStrategyKeepsItsMessages(TestBroker broker) throws Exception {
        AtomicInteger refused = new AtomicInteger();
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .multicast()
                        .to("direct:latest", "direct:exchanges", "direct:optimistic", "direct:throws")
                        .end();
                from("direct:latest")
                        .aggregate(constant(true), new UseLatestAggregationStrategy())
                        .completionTimeout(300)
                        .process(e -> note(e));
                from("direct:exchanges")
                        .aggregate(constant(true), new GroupedExchangeAggregationStrategy())
                        .completionInterval(300)
                        .process(e -> routes.done.add("exchanges"));
                from("direct:optimistic")
                        .aggregate(constant(true), new GroupedBodyAggregationStrategy())
                        .optimisticLocking()
                        .parallelProcessing()
                        .completionPredicate(
                                exchangeProperty(Exchange.AGGREGATED_SIZE).isEqualTo(3))
                        .process(e -> routes.done.add("optimistic"));
                from("direct:throws")
                        .aggregate(constant(true), (old, fresh) -> {
                            if (refused.incrementAndGet() == 2) {
                                throw new IllegalStateException("not this one, this time");
                            }
                            return fresh;
                        })
                        .completionTimeout(500)
                        .process(e -> routes.done.add("throws"));
            }
        });
        client.publish(QUEUE, "message ", 3);
        // the failed one comes again and makes a fourth
        awaitDone("exchanges", "optimistic", "throws");
        client.publish(QUEUE, "more ", 2);
        awaitInHand(0);
        assertEquals(0, client.messages(DEAD));
    }

    @Test
    void aBatchThatFailsIsAFailedAttemptOfEachMessage(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .aggregate(constant(true), new GroupedBodyAggregationStrategy())
                        .completionSize(3)
                        .completionTimeout(1000)
                        .process(e -> fail(e));
            }
        });
        client.publish(QUEUE, "message ", 3);
        awaitDead(3);
        // the last acknowledgement may still be on its way
        await().until(() -> client.messages(QUEUE) == 0);
    }

    @Test
    void aBatchWhoseFailureIsHandledByRetryIsAFailedAttemptOfEachToo(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                onException(Throwable.class).handled(true).process("retryOrBury");
                from(FROM)
                        .routeId("worker")
                        .aggregate(constant(true), new GroupedBodyAggregationStrategy())
                        .completionSize(3)
                        .completionTimeout(1000)
                        .process(e -> fail(e));
            }
        });
        client.publish(QUEUE, "message ", 3);
        awaitDead(3);
    }

    @Test
    void aBatchThatIsDiscardedIsDone(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .aggregate(constant(true), new GroupedBodyAggregationStrategy())
                        .completionSize(30)
                        .completionTimeout(500)
                        .discardOnCompletionTimeout()
                        .process(e -> note(e))
                        .end()
                        .log(LoggingLevel.DEBUG, "kept");
            }
        });
        client.publish(QUEUE, "message ", 3);
        awaitInHand(3);
        awaitInHand(0);
        routes.close();
        // the last acknowledgement may still be on its way
        await().until(() -> client.messages(QUEUE) == 0);
        assertTrue(routes.done.isEmpty());
    }

    @Test
    void aBatchThatIsNotCompleteGoesBackToItsQueueAtAStopAndKeepsNoneWaiting(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .aggregate(constant(true), new GroupedBodyAggregationStrategy())
                        .completionSize(30)
                        .process(e -> note(e));
            }
        });
        client.publish(QUEUE, "message ", 3);
        awaitInHand(3);
        routes.close();
        await().atMost(PATIENCE).until(() -> client.messages(QUEUE) == 3);
    }

    @Test
    void aBatchThatIsCompletedAtAStopIsNotDoneTwice(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .aggregate(constant(true), new GroupedBodyAggregationStrategy())
                        .completionSize(30)
                        .forceCompletionOnStop()
                        .process(e -> routes.done.add("batch"));
            }
        });
        client.publish(QUEUE, "message ", 3);
        awaitInHand(3);
        routes.close();
        assertEquals(List.of("batch"), List.copyOf(routes.done));
        // the last acknowledgement may still be on its way
        await().until(() -> client.messages(QUEUE) == 0);
    }

    @Test
    void aBatchWhoseRouteIsTakenAwayGoesBackToTheQueue(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .choice()
                        .when(e -> routes.done.isEmpty())
                        .to("direct:batch")
                        .end()
                        .process(e -> note(e));
                from("direct:batch")
                        .routeId("batch")
                        .aggregate(constant(true), new GroupedBodyAggregationStrategy())
                        .completionSize(30)
                        .process(e -> note(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitInHand(1);
        awaitDone("message 0");
        routes.context().getRouteController().stopRoute("batch");
        routes.context().removeRoute("batch");
        await().atMost(PATIENCE).until(() -> routes.done.size() == 2);
        awaitInHand(0);
    }

    @Test
    void whatAResequencerKeepsIsHeld(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .multicast()
                        .to("direct:batch", "direct:stream")
                        .end();
                from("direct:batch").resequence(body()).batch().timeout(500).process(e -> begin(e));
                from("direct:stream").setHeader("number", constant(7)).resequence(header("number")).stream()
                        .timeout(500)
                        .process(e -> begin(e));
            }
        });
        client.publish(QUEUE, "same ", 1);
        client.publish(QUEUE, "same ", 1);
        assertHeldUntilTheGateOpens(2);
        assertEquals(
                4, routes.done.stream().filter("ended same 0"::equals).count(), "none is dropped as equal to another");
    }

    @Test
    void whatFailsBehindAResequencerIsAFailedAttempt(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .resequence(body())
                        .batch()
                        .timeout(100)
                        .process(e -> fail(e));
            }
        });
        client.publish(QUEUE, "message ", 2);
        awaitDead(2);
    }

    @Test
    void whatIsNoPartOfAnOrderFailsAtOnce(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM).routeId("worker").resequence(header("number")).stream()
                        .process(e -> note(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
    }

    @Test
    void onCompletionIsPartOfTheWork(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .onCompletion()
                        .parallelProcessing()
                        .process(e -> begin(e))
                        .end()
                        .process(e -> note(e));
            }
        });
        client.publish(QUEUE, "message ", 3);
        awaitDone("message 0", "message 1", "message 2");
        assertHeldUntilTheGateOpens(3);
    }

    @Test
    void aFailureInOnCompletionIsAFailedAttempt(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .onCompletion()
                        .process(e -> fail(e))
                        .end()
                        .process(e -> note(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
    }

    @Test
    void aFailureInAParallelOnCompletionBehindSedaIsAFailedAttempt(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .onCompletion()
                        .parallelProcessing()
                        .process(e -> fail(e))
                        .end()
                        .to("seda:on");
                from("seda:on").routeId("on").process(e -> note(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
    }

    @Test
    void theSlowBranchOfAMulticastIsPartOfTheWork(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .multicast()
                        .parallelProcessing()
                        .timeout(200)
                        .to("direct:fast", "direct:slow")
                        .end()
                        .process(e -> note(e));
                from("direct:fast").routeId("fast").process(e -> {});
                from("direct:slow").routeId("slow").process(e -> begin(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDone("message 0");
        assertHeldUntilTheGateOpens(1);
    }

    @Test
    void aBranchThatFailsAfterTheTimeOutIsAFailedAttempt(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .multicast()
                        .parallelProcessing()
                        .timeout(200)
                        .to("direct:fast", "direct:slow")
                        .end()
                        .process(e -> note(e));
                from("direct:fast").routeId("fast").process(e -> {});
                from("direct:slow").routeId("slow").process(e -> begin(e)).process(e -> fail(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDone("message 0");
        gate.countDown();
        awaitDead(1);
    }

    /** The branch belongs to a copy of the message's exchange, whose route has ended by then. */
    @ParameterizedTest
    @ValueSource(strings = {"seda:between", "direct:around", "direct:batch"})
    void aBranchOfACopyThatFailsAfterTheTimeOutIsAFailedAttempt(String next, TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM).routeId("worker").to(next);
                from("seda:between").routeId("seda").to("direct:between");
                from("direct:around").routeId("around").multicast().to("direct:between", "direct:fast");
                from("direct:batch")
                        .routeId("batch")
                        .aggregate(constant("all"), new UseLatestAggregationStrategy())
                        .completionSize(1)
                        .to("direct:between");
                from("direct:between")
                        .routeId("between")
                        .multicast()
                        .parallelProcessing()
                        .timeout(200)
                        .to("direct:fast", "direct:slow")
                        .end()
                        .process(e -> note(e));
                from("direct:fast").routeId("fast").process(e -> {});
                from("direct:slow").routeId("slow").process(e -> begin(e)).process(e -> fail(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDone("message 0");
        awaitOnlyTheBranchInHand();
        gate.countDown();
        awaitDead(1);
    }

    /** The branch is all that is still worked on. */
    private void awaitOnlyTheBranchInHand() {
        await().atMost(PATIENCE)
                .until(() -> routes.context().getInflightRepository().size("between") == 0
                        && routes.context().getInflightRepository().size("around") == 0);
    }

    @Test
    void aBranchThatFailsBetweenTheTimeOutAndTheEndOfTheRouteIsAFailedAttempt(TestBroker broker) throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .multicast()
                        .parallelProcessing()
                        .timeout(200)
                        .to("direct:fast", "direct:slow")
                        .end()
                        .process(e -> gate.countDown())
                        .process(e -> failed.await());
                from("direct:fast").routeId("fast").process(e -> {});
                from("direct:slow").routeId("slow").process(e -> gate.await()).process(e -> fail(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDone("failed message 0");
        await().atMost(PATIENCE)
                .until(() -> routes.context().getInflightRepository().size("slow") == 0);
        failed.countDown();
        awaitDead(1);
    }

    /** Camel calls a step that ends with such an Error done, and lets the Error through. */
    @ParameterizedTest
    @ValueSource(strings = {"seda:on", "wireTap", "threads"})
    void anErrorOnAnotherThreadIsAFailedAttempt(String how, TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                switch (how) {
                    case "threads" ->
                        from(FROM)
                                .routeId("worker")
                                .threads()
                                .process(e -> overflow(e))
                                .process(e -> note(e));
                    case "wireTap" -> from(FROM).routeId("worker").wireTap("direct:on");
                    default -> from(FROM).routeId("worker").to(how);
                }
                from("direct:on").routeId("direct").process(e -> overflow(e)).process(e -> note(e));
                from("seda:on").routeId("seda").process(e -> overflow(e)).process(e -> note(e));
            }
        });
        client.publish(QUEUE, "message ", 3);
        awaitDead(3);
        assertEquals(6, routes.done.size(), () -> "no step after it: " + routes.done);
    }

    private void overflow(Exchange exchange) {
        routes.done.add("failed " + exchange.getMessage().getBody(String.class));
        throw new StackOverflowError();
    }

    @ParameterizedTest
    @ValueSource(strings = {"size", "timeout"})
    void aBatchWhoseStrategyThrowsWhenItIsCompleteIsAFailedAttempt(String completed, TestBroker broker)
            throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                var batch = from(FROM + "&prefetchCount=10")
                        .routeId("worker")
                        .aggregate(constant("all"), new ThrowsWhenComplete());
                if (completed.equals("size")) {
                    batch.completionSize(1);
                } else {
                    batch.completionTimeout(200).completionTimeoutCheckerInterval(50);
                }
                batch.process(e -> note(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"timeout", "interval"})
    void aStrategyThatThrowsHoldsUpNoOtherBatch(String completed, TestBroker broker) throws Exception {
        AtomicInteger batches = new AtomicInteger();
        var throwsAtFirst = new UseLatestAggregationStrategy() {
            @Override
            public void onCompletion(Exchange exchange) {
                if (batches.incrementAndGet() == 1) {
                    throw new StackOverflowError();
                }
            }
        };
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                var batch = from(FROM + "&prefetchCount=10").routeId("worker").aggregate(body(), throwsAtFirst);
                if (completed.equals("interval")) {
                    batch.completionInterval(200);
                } else {
                    batch.completionTimeout(200).completionTimeoutCheckerInterval(50);
                }
                batch.process(e -> note(e));
            }
        });
        client.publish(QUEUE, "message ", 3);
        awaitDone("message 0", "message 1", "message 2");
        awaitInHand(0);
        assertEquals(4, batches.get(), "one of them came again");
    }

    @Test
    void aConditionThatThrowsBehindTheStrategyIsAFailedAttempt(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .aggregate(constant("all"), new GroupedBodyAggregationStrategy())
                        .completionPredicate(e -> {
                            throw new StackOverflowError();
                        })
                        .process(e -> note(e));
            }
        });
        client.publish(QUEUE, "message ", 2);
        awaitDead(2);
    }

    private static final class ThrowsWhenComplete implements AggregationStrategy {
        @Override
        public Exchange aggregate(Exchange batch, Exchange message) {
            return message;
        }

        @Override
        public void onCompletion(Exchange exchange) {
            throw new IllegalStateException("no");
        }
    }

    @Test
    void aFailureThatASplitHandlesIsNone(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .doTry()
                        .split(body().tokenize(" "))
                        .process(e -> fail(e))
                        .endDoTry()
                        .doCatch(Exception.class)
                        .process(e -> note(e))
                        .end();
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDone("message 0");
        awaitInHand(0);
        assertEquals(0, client.messages(DEAD));
        assertEquals(1, routes.done.stream().filter("message 0"::equals).count());
    }

    @Test
    void aDeadLetterChannelWhoseTargetRefusesLosesNothing(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(deadLetterChannel("direct:refusing"));
                from(FROM).routeId("worker").process(e -> fail(e));
                from("direct:refusing")
                        .routeId("refusing")
                        .errorHandler(noErrorHandler())
                        .process(e -> fail(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "route", "configuration"})
    void aDeadLetterChannelInAFileLosesNothingEither(String place, TestBroker broker) throws Exception {
        String channel = "errorHandler: {deadLetterChannel: {deadLetterUri: direct:refusing}}";
        String yaml = """
                %s
                - route:
                    id: worker
                    %s
                    from:
                      uri: spring-rabbitmq:default
                      parameters: {queues: %s}
                      steps:
                        - throwException: {exceptionType: java.lang.IllegalStateException, message: first}
                - route:
                    id: refusing
                    errorHandler: {noErrorHandler: {}}
                    from:
                      uri: direct:refusing
                      steps:
                        - throwException: {exceptionType: java.lang.IllegalStateException, message: second}
                """.formatted(
                        place.equals("file")
                                ? "- " + channel
                                : place.equals("configuration") ? "- routeConfiguration:\n    " + channel : "",
                        place.equals("route") ? channel : "",
                        QUEUE);
        PluginHelper.getRoutesLoader(routes.context()).loadRoutes(ResourceHelper.fromString("worker.yaml", yaml));
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {}
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
    }

    @Test
    void aFailureWhileAFailureIsHandledIsAFailedAttempt(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                onException(Exception.class).handled(true).process(e -> fail(e));
                from(FROM).routeId("worker").process(e -> fail(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
    }

    @Test
    void aFailureInDoCatchAndDoFinallyIsAFailedAttempt(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .doTry()
                        .process(e -> fail(e))
                        .doCatch(Exception.class)
                        .process(e -> fail(e))
                        .end();
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDead(1);
    }

    @Test
    void whatIsMarkedForRollbackIsAFailedAttempt(TestBroker broker) throws Exception {
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .process(e -> note(e))
                        .choice()
                        .when(body().isEqualTo("message 0"))
                        .markRollbackOnly()
                        .when(body().isEqualTo("message 1"))
                        .markRollbackOnlyLast()
                        .otherwise()
                        .rollback("no");
            }
        });
        client.publish(QUEUE, "message ", 3);
        awaitDead(3);
        assertEquals(6, routes.done.size());
    }

    @Test
    void aMessageThatAnIdempotentConsumerLetInIsNotSkippedWhenItFailsLater(TestBroker broker) throws Exception {
        MemoryIdempotentRepository seen = new MemoryIdempotentRepository();
        AtomicInteger attempts = new AtomicInteger();
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM).routeId("worker").idempotentConsumer(body(), seen).to("seda:behind");
                from("seda:behind").routeId("behind").process(e -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw new IllegalStateException("the first time");
                    }
                    note(e);
                });
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDone("message 0");
        awaitInHand(0);
        assertTrue(seen.contains("message 0"));
        client.publish(QUEUE, "message ", 1);
        await().atMost(PATIENCE).until(() -> client.messages(QUEUE) == 0);
        awaitInHand(0);
        assertEquals(2, attempts.get());
    }

    @Test
    void aKeyIsNotKnownWhileItsMessageIsInHand(TestBroker broker) throws Exception {
        MemoryIdempotentRepository seen = new MemoryIdempotentRepository();
        routes.start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM).routeId("worker").idempotentConsumer(body(), seen).process(e -> begin(e));
            }
        });
        client.publish(QUEUE, "message ", 1);
        awaitDone("begun message 0");
        assertTrue(!seen.contains("message 0"));
        gate.countDown();
        awaitInHand(0);
        assertTrue(seen.contains("message 0"));
    }

    @Test
    void aBeanMaySendAndWaitAfterAStepThatSends(TestBroker broker) throws Exception {
        String other = QUEUE + "-other";
        client.declareDurable(other);
        try {
            routes.start(new RouteBuilder() {
                @Override
                public void configure() {
                    from(FROM + "&concurrentConsumers=16")
                            .routeId("worker")
                            .to("spring-rabbitmq:default?routingKey=" + other)
                            .process(e -> e.getContext()
                                    .createProducerTemplate()
                                    .sendBody("spring-rabbitmq:default?routingKey=" + other, "sent by a bean"));
                }
            });
            client.publish(QUEUE, "message ", 100);
            await().atMost(PATIENCE).until(() -> client.messages(other) == 200);
            awaitInHand(0);
        } finally {
            routes.close();
            client.delete(other);
        }
    }
}
