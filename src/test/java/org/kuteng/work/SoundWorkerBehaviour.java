package org.kuteng.work;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kuteng.failure.RetrySettings;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBroker;

/** Whatever is thrown, sent or deleted: each message has an end, and the worker goes on. */
abstract class SoundWorkerBehaviour {
    private static final String QUEUE = "sound";
    private static final String NEXT = "sound-next";
    private static final String DEAD = QUEUE + ".dead";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Queue<String> done = new ConcurrentLinkedQueue<>();

    @AfterEach
    void deleteQueues(TestBroker broker) {
        RunningWorker.allQueues(QUEUE, "100ms").forEach(broker::deleteQueue);
        try (PlainClient client = broker.client()) {
            // not every test has it
            client.declareDurable(NEXT);
            client.delete(NEXT);
        }
    }

    /** What a step of a user may throw. */
    enum Thrown {
        OUT_OF_MEMORY {
            @Override
            Throwable thrown() {
                return new OutOfMemoryError("Java heap space");
            }
        },
        STACK_OVERFLOW {
            @Override
            Throwable thrown() {
                return new StackOverflowError();
            }
        },
        LINKAGE {
            @Override
            Throwable thrown() {
                return new NoClassDefFoundError("com/example/Missing");
            }
        },
        SILENT_WHEN_ASKED {
            @Override
            Throwable thrown() {
                return new HostileException();
            }
        },
        CYCLIC {
            @Override
            Throwable thrown() {
                Exception a = new Exception("a");
                Exception b = new Exception("b", a);
                a.initCause(b);
                return a;
            }
        },
        WITHOUT_MESSAGE {
            @Override
            Throwable thrown() {
                return new RuntimeException((String) null);
            }
        };

        abstract Throwable thrown();
    }

    /** An exception that throws when it is asked what it says. */
    private static final class HostileException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message for you");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("no stack either");
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneakyThrow(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whateverIsThrownTheMessageIsBuriedAndTheNextIsDone(Thrown kind, TestBroker broker) throws Exception {
        try (PlainClient client = broker.client();
                RunningWorker worker = worker(broker.uri(), "", exchange -> {
                    if (text(exchange).startsWith("bad")) {
                        sneakyThrow(kind.thrown());
                    }
                    done.add(text(exchange));
                })) {
            client.publish(QUEUE, "bad ", 2);
            client.publish(QUEUE, "good ", 2);

            await().atMost(PATIENCE).until(() -> client.messages(DEAD) == 2);
            await().until(() -> done.size() == 2);
        }
    }

    @Test
    void anInterruptFlagThatAStepLeavesSetChangesNothing(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client();
                RunningWorker worker = worker(broker.uri(), "", exchange -> {
                    Thread.currentThread().interrupt();
                    if (text(exchange).startsWith("bad")) {
                        throw new IllegalStateException("failed with the flag set");
                    }
                    done.add(text(exchange));
                })) {
            client.publish(QUEUE, "good ", 3);
            client.publish(QUEUE, "bad ", 1);
            client.publish(QUEUE, "after ", 3);

            await().atMost(PATIENCE).until(() -> client.messages(DEAD) == 1 && done.size() == 6);
            assertEquals(Set.of("good 0", "good 1", "good 2", "after 0", "after 1", "after 2"), Set.copyOf(done));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-5, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void aStrangersAttemptsDoNotEndTheWorker(int attempts, TestBroker broker) throws Exception {
        try (PlainClient client = broker.client();
                RunningWorker worker = worker(broker.uri(), "", exchange -> {
                    if (text(exchange).startsWith("bad")) {
                        throw new IllegalStateException("as always");
                    }
                    done.add(text(exchange));
                })) {
            client.publishUnconfirmed(
                    QUEUE,
                    "bad",
                    new BasicProperties.Builder()
                            .headers(Map.of("kuteng-attempts", attempts, "kuteng-crashes", attempts))
                            .build());
            client.publish(QUEUE, "good ", 2);

            await().atMost(PATIENCE).until(() -> client.messages(DEAD) == 1 && done.size() == 2);
        }
    }

    @Test
    void workThatIsMarkedForRollbackIsAFailedAttemptLikeAnyOther(TestBroker broker) throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        try (PlainClient client = broker.client();
                RunningWorker worker = worker(broker.uri(), "", exchange -> {
                    attempts.incrementAndGet();
                    exchange.setRollbackOnly(true);
                })) {
            client.publish(QUEUE, "rolled back ", 1);

            await().atMost(PATIENCE).until(() -> client.messages(DEAD) == 1);
            GetResponse letter = client.get(DEAD).orElseThrow();
            assertEquals(2, attempts.get());
            assertEquals(2, letter.getProps().getHeaders().get("kuteng-attempts"));
            assertEquals(
                    "org.apache.camel.RollbackExchangeException",
                    letter.getProps().getHeaders().get("kuteng-exception").toString());
        }
    }

    @Test
    void asManyWorkAfterASendAsThereAreConsumers(TestBroker broker) throws Exception {
        int consumers = 16;
        CountDownLatch together = new CountDownLatch(consumers);
        AtomicInteger alone = new AtomicInteger();
        try (PlainClient client = broker.client();
                RunningWorker worker = RunningWorker.start(broker.uri(), failures(), new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("spring-rabbitmq:default?queues=" + QUEUE + "&prefetchCount=1&concurrentConsumers="
                                        + consumers)
                                .routeId("worker")
                                .to("spring-rabbitmq:default?routingKey=" + NEXT)
                                .process(exchange -> {
                                    together.countDown();
                                    if (!together.await(10, TimeUnit.SECONDS)) {
                                        alone.incrementAndGet();
                                    }
                                });
                    }
                })) {
            client.publish(QUEUE, "message ", consumers);

            assertTrue(together.await(20, TimeUnit.SECONDS), together + " have not begun");
            assertEquals(0, alone.get());
        }
    }

    @Test
    void aBeanMaySendAndWaitAfterAStepThatSends(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client();
                RunningWorker worker = RunningWorker.start(broker.uri(), failures(), new RouteBuilder() {
                    @Override
                    public void configure() {
                        ProducerTemplate template = getContext().createProducerTemplate();
                        from("spring-rabbitmq:default?queues=" + QUEUE + "&prefetchCount=5&concurrentConsumers=12")
                                .routeId("worker")
                                .to("spring-rabbitmq:default?routingKey=" + NEXT)
                                .process(exchange -> {
                                    template.sendBody("spring-rabbitmq:default?routingKey=" + NEXT, text(exchange));
                                    done.add(text(exchange));
                                });
                    }
                })) {
            client.publish(QUEUE, "message ", 100);

            await().atMost(PATIENCE).until(() -> done.size() == 100);
            await().until(() -> client.messages(NEXT) == 200);
        }
    }

    @Test
    void whatWasSentAheadWhenTheConnectionBrokeIsSharedByAllConsumers(TestBroker broker) throws Exception {
        int consumers = 5;
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch together = new CountDownLatch(consumers);
        AtomicInteger alone = new AtomicInteger();
        try (PlainClient client = broker.client();
                TcpProxy proxy = TcpProxy.to(broker);
                RunningWorker worker =
                        worker(proxy.uri(), "&prefetchCount=20&concurrentConsumers=" + consumers, exchange -> {
                            if (Boolean.TRUE.equals(exchange.getMessage().getHeader("again"))
                                    || begun.getCount() == 0) {
                                together.countDown();
                                if (!together.await(10, TimeUnit.SECONDS)) {
                                    alone.incrementAndGet();
                                }
                            } else {
                                begun.countDown();
                                // until the connection is gone
                                await().atMost(PATIENCE).until(() -> together.getCount() < consumers);
                            }
                            done.add(text(exchange));
                        })) {
            client.publish(QUEUE, "message ", 40);
            begun.await();
            proxy.cut();

            assertTrue(together.await(20, TimeUnit.SECONDS), together + " have not begun");
            assertEquals(0, alone.get());
            await().atMost(PATIENCE).until(() -> Set.copyOf(done).size() == 40);
        }
    }

    @Test
    void noMoreWorkAtATimeThanThereAreConsumersThoughTheConnectionIsLost(TestBroker broker) throws Exception {
        AtomicInteger atWork = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch mayEnd = new CountDownLatch(1);
        try (PlainClient client = broker.client();
                TcpProxy proxy = TcpProxy.to(broker);
                RunningWorker worker = worker(proxy.uri(), "&prefetchCount=1&concurrentConsumers=2", exchange -> {
                    most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                    mayEnd.await();
                    atWork.decrementAndGet();
                    done.add(text(exchange));
                })) {
            client.publish(QUEUE, "message ", 4);
            await().until(() -> atWork.get() == 2);
            proxy.cut();
            // the new consumers have got the other messages
            await().atMost(PATIENCE).until(() -> worker.worker("worker").buffered() == 2);

            assertEquals(2, worker.worker("worker").inHand().size());
            mayEnd.countDown();
            await().atMost(PATIENCE).until(() -> Set.copyOf(done).size() == 4);
            assertEquals(2, most.get());
        }
    }

    @Test
    void queuesThatVanishAreDeclaredAgainWhenTheyAreNeeded(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client();
                RunningWorker worker = worker(broker.uri(), "", exchange -> {
                    throw new IllegalStateException("as always");
                })) {
            client.publish(QUEUE, "first ", 1);
            await().atMost(PATIENCE).until(() -> client.messages(DEAD) == 1);
            // the sources first: the embedded broker keeps a queue that another one leads to
            broker.deleteQueue(QUEUE + ".retry.100ms");
            broker.deleteQueue(DEAD);

            client.publish(QUEUE, "second ", 1);

            await().atMost(PATIENCE).ignoreExceptions().until(() -> {
                try (PlainClient other = broker.client()) {
                    return other.messages(DEAD) == 1;
                }
            });
        }
    }

    @Test
    void aFullBufferHoldsTheBrokerBackAndNothingStandsStill(TestBroker broker) throws Exception {
        byte[] large = new byte[200_000];
        try (PlainClient client = broker.client();
                RunningWorker worker = worker(broker.uri(), "&prefetchCount=0", exchange -> done.add("one"))) {
            client.confirmed(() -> {
                for (int i = 0; i < 100; i++) {
                    publish(client, large);
                }
            });

            await().atMost(PATIENCE).until(() -> done.size() == 100);
        }
    }

    private static void publish(PlainClient client, byte[] body) {
        try {
            client.channel().basicPublish("", QUEUE, null, body);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private RunningWorker worker(String uri, String options, Processor work) throws Exception {
        return RunningWorker.start(uri, failures(), new RouteBuilder() {
            @Override
            public void configure() {
                from("spring-rabbitmq:default?queues=" + QUEUE + options)
                        .routeId("worker")
                        .process(work);
            }
        });
    }

    /** Two attempts. */
    private static FailureHandler failures() {
        return RunningWorker.failures(
                new RetrySettings(List.of(Duration.ofMillis(100)), List.of(), RetrySettings.DEFAULT_CRASHES));
    }

    private static String text(Exchange exchange) {
        return exchange.getMessage().getBody(String.class);
    }
}
