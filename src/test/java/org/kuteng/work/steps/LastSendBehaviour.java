package org.kuteng.work.steps;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.SynchronizationAdapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.broker.Queues;
import org.kuteng.publish.SendFailedException;
import org.kuteng.rabbitmq.WorkQueueSettings;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBroker;

/** A send that is the last step: nobody stands still for the broker, and nothing is done before the broker has it. */
abstract class LastSendBehaviour {
    private static final String QUEUE = "last-send";
    private static final String NEXT = "last-send-next";
    private static final String OTHER = "last-send-other";
    private static final String DEAD = Queues.deadName(QUEUE);
    private static final String FROM = "spring-rabbitmq:default?prefetchCount=50&queues=" + QUEUE;
    private static final String TO_NEXT = "spring-rabbitmq:default?routingKey=" + NEXT;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** So far away is the broker that messages pile up on their way. */
    private static final Duration FAR = Duration.ofMillis(100);

    private static final int MESSAGES = 40;
    private static final int SEVERAL = 5;

    private TcpProxy proxy;
    private PlainClient client;
    private RunningRoutes routes;

    @BeforeEach
    void connect(TestBroker broker) {
        client = broker.client();
        List.of(QUEUE, NEXT, OTHER).forEach(client::declareDurable);
        proxy = TcpProxy.to(broker);
        routes = new RunningRoutes(proxy.uri(), 2);
    }

    @AfterEach
    void deleteQueues(TestBroker broker) {
        proxy.delay(Duration.ZERO);
        routes.close();
        proxy.close();
        client.close();
        for (String queue : List.of(
                Queues.retryName(QUEUE, RunningRoutes.RETRY_DELAY),
                DEAD,
                Queues.redeliveredName(QUEUE),
                QUEUE,
                NEXT,
                OTHER)) {
            try {
                broker.deleteQueue(queue);
            } catch (UncheckedIOException e) {
                // Qpid's answer for a queue that is not there
            }
        }
    }

    private void start(RouteBuilder builder) throws Exception {
        routes.start(builder);
        proxy.delay(FAR);
    }

    private void note(Exchange exchange) {
        routes.done.add(exchange.getMessage().getBody(String.class));
    }

    private List<String> arrived(String queue) {
        List<String> all = new ArrayList<>();
        for (Optional<String> next = client.getText(queue); next.isPresent(); next = client.getText(queue)) {
            all.add(next.get());
        }
        return all;
    }

    private static List<String> numbered(String what, int count) {
        return IntStream.range(0, count).mapToObj(i -> what + i).toList();
    }

    @Test
    void theWorkerTakesItsNextMessageMeanwhile(TestBroker broker) throws Exception {
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM).routeId("worker").process(e -> note(e)).to(TO_NEXT);
            }
        });
        client.publish(QUEUE, "message ", MESSAGES);

        await().atMost(PATIENCE).until(() -> routes.unconfirmed() >= SEVERAL && routes.inHand() >= SEVERAL);
        await().atMost(PATIENCE).until(() -> client.messages(NEXT) == MESSAGES);
        await().atMost(PATIENCE).until(() -> routes.inHand() == 0);
        assertEquals(numbered("message ", MESSAGES), arrived(NEXT));
        assertEquals(numbered("message ", MESSAGES), List.copyOf(routes.done));
    }

    @Test
    void beforeAnotherStepItIsWaitedFor(TestBroker broker) throws Exception {
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM).routeId("worker").to(TO_NEXT).process(e -> {
                    assertEquals(0, routes.unconfirmed());
                    note(e);
                });
            }
        });
        client.publish(QUEUE, "message ", SEVERAL);

        await().atMost(PATIENCE).until(() -> routes.done.size() == SEVERAL);
        assertEquals(numbered("message ", SEVERAL), arrived(NEXT));
    }

    private static WorkQueueSettings confirmingEach() {
        WorkQueueSettings defaults = WorkQueueSettings.DEFAULTS;
        return new WorkQueueSettings(
                defaults.queueType(),
                defaults.singleActiveConsumer(),
                defaults.acknowledgeMode(),
                defaults.acks(),
                defaults.confirm(),
                defaults.confirmTimeout(),
                defaults.confirmWindow(),
                defaults.sendAgain(),
                true,
                defaults.stopTimeout(),
                defaults.virtualThreads());
    }

    @Test
    void itIsWaitedForIfTheUserWantsThat(TestBroker broker) throws Exception {
        routes.context().getRegistry().bind("settings", confirmingEach());
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .process(e -> assertEquals(0, routes.unconfirmed(), "of other messages"))
                        .process(e -> note(e))
                        .split(body().tokenize(","))
                        .process(e -> assertEquals(0, routes.unconfirmed(), "of other parts"))
                        .to(TO_NEXT);
            }
        });
        client.publishUnconfirmed(QUEUE, "a,b,c", null);
        client.publishUnconfirmed(QUEUE, "d,e", null);

        await().atMost(PATIENCE).until(() -> client.messages(NEXT) == SEVERAL);
        await().atMost(PATIENCE).until(() -> routes.inHand() == 0);
        assertEquals(List.of("a,b,c", "d,e"), List.copyOf(routes.done));
        assertEquals(List.of("a", "b", "c", "d", "e"), arrived(NEXT));
    }

    @Test
    void whatIsRefusedIsAFailedAttempt(TestBroker broker) throws Exception {
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .to("spring-rabbitmq:default?routingKey=nowhere&autoDeclare=false")
                        .id("send");
            }
        });
        client.publish(QUEUE, "message ", 1);

        await().atMost(PATIENCE).until(() -> client.messages(DEAD) == 1);
        var headers = client.get(DEAD).orElseThrow().getProps().getHeaders();
        assertEquals("send", headers.get("kuteng-step").toString());
        assertEquals("worker", headers.get("kuteng-route").toString());
        assertEquals(2, ((Number) headers.get("kuteng-attempts")).intValue());
    }

    @Test
    void aFileThatWasFetchedStaysIfTheSendIsRefused(TestBroker broker, @TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("payload.txt"), "payload");
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .pollEnrich("file:" + folder + "?fileName=payload.txt&readLock=none", PATIENCE.toMillis())
                        .process(e -> note(e))
                        .to("spring-rabbitmq:default?routingKey=nowhere&autoDeclare=false");
            }
        });
        client.publish(QUEUE, "message ", 1);

        await().atMost(PATIENCE).until(() -> client.messages(DEAD) == 1);
        assertEquals(List.of("payload", "payload"), List.copyOf(routes.done));
        assertTrue(Files.exists(file));
    }

    @Test
    void whoWatchesTheEndIsToldOfTheRefusal(TestBroker broker) throws Exception {
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .split(body().tokenize(","))
                        .process(e -> e.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                            @Override
                            public void onComplete(Exchange exchange) {
                                routes.done.add("complete");
                            }

                            @Override
                            public void onFailure(Exchange exchange) {
                                routes.done.add("failed");
                            }
                        }))
                        .to("spring-rabbitmq:default?routingKey=nowhere&autoDeclare=false");
            }
        });
        client.publish(QUEUE, "message ", 1);

        await().atMost(PATIENCE).until(() -> client.messages(DEAD) == 1);
        assertEquals(List.of("failed", "failed"), List.copyOf(routes.done));
    }

    @Test
    void aStopWaitsForTheBroker(TestBroker broker) throws Exception {
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM).routeId("worker").process(e -> note(e)).to(TO_NEXT);
            }
        });
        client.publish(QUEUE, "message ", MESSAGES);
        await().atMost(PATIENCE).until(() -> routes.unconfirmed() >= SEVERAL);

        routes.close();

        await().atMost(PATIENCE).until(() -> client.messages(NEXT) + client.messages(QUEUE) == MESSAGES);
        assertEquals(routes.done.size(), client.messages(NEXT));
    }

    @Test
    void theLinesOfAFileAreSentOneAfterAnotherWithoutAWait(TestBroker broker) throws Exception {
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:lines")
                        .routeId("lines")
                        .split(body().tokenize("\n"))
                        .streaming()
                        .to(TO_NEXT);
            }
        });
        String file = String.join("\n", numbered("line ", MESSAGES));

        CompletableFuture<Object> sent =
                routes.context().createProducerTemplate().asyncRequestBody("direct:lines", file);

        await().atMost(PATIENCE).until(() -> routes.unconfirmed() >= SEVERAL);
        sent.join();
        // the end of the split is that of its last send
        assertEquals(0, routes.unconfirmed());
        assertEquals(numbered("line ", MESSAGES), arrived(NEXT));
    }

    @Test
    void whatFollowsASplitSeesAllItsSendsDone(TestBroker broker) throws Exception {
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .split(body().tokenize(","))
                        .to(TO_NEXT)
                        .end()
                        .process(e -> routes.done.add(Thread.currentThread().getName() + " " + client.messages(NEXT)
                                + " " + routes.unconfirmed()));
            }
        });
        client.publishUnconfirmed(QUEUE, "a,b,c", null);

        await().atMost(PATIENCE).until(() -> routes.done.size() == 1);
        assertEquals("worker#1 3 0", routes.done.peek());
    }

    @Test
    void aRefusedPartFailsTheWhole(TestBroker broker) throws Exception {
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:lines")
                        .routeId("lines")
                        .split(body().tokenize("\n"))
                        .streaming()
                        .toD("spring-rabbitmq:default?routingKey=${body}&autoDeclare=false")
                        .end()
                        .process(e -> note(e));
            }
        });

        CamelExecutionException failed = assertThrows(CamelExecutionException.class, () -> routes.context()
                .createProducerTemplate()
                .requestBody("direct:lines", NEXT + "\nnowhere\n" + NEXT));

        assertTrue(failed.getCause() instanceof SendFailedException, String.valueOf(failed.getCause()));
        assertEquals(List.of(NEXT, NEXT), arrived(NEXT));
        assertEquals(List.of(), List.copyOf(routes.done));
    }

    @Test
    void partsForSeveralTargetsKeepTheirOrder(TestBroker broker) throws Exception {
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:lines")
                        .routeId("lines")
                        .split(body().tokenize("\n"))
                        .process(e -> {
                            if (e.getMessage().getBody(String.class).equals(OTHER)) {
                                routes.done.add(client.messages(NEXT) + " before");
                            }
                        })
                        .toD("spring-rabbitmq:default?routingKey=${body}");
            }
        });

        routes.context().createProducerTemplate().requestBody("direct:lines", NEXT + "\n" + NEXT + "\n" + OTHER);

        assertEquals(2, client.messages(NEXT));
        assertEquals(1, client.messages(OTHER));
    }

    @Test
    void aRouteThatHandlesFailuresItselfIsTold(TestBroker broker) throws Exception {
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from(FROM)
                        .routeId("worker")
                        .onException(SendFailedException.class)
                        .handled(true)
                        .process(e -> routes.done.add("handled"))
                        .end()
                        .to("spring-rabbitmq:default?routingKey=nowhere&autoDeclare=false");
            }
        });
        client.publish(QUEUE, "message ", 1);

        await().atMost(PATIENCE).until(() -> routes.done.size() == 1 && routes.inHand() == 0);
        assertEquals(0, client.messages(DEAD));
    }
}
