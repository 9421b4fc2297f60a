package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** What a stranger puts into the headers of a message is data: it steers neither kuteng nor the broker. */
abstract class StrangersMessageBehaviour {
    private static final String QUEUE = "of-strangers";
    private static final String DEAD = QUEUE + ".dead";
    private static final String NEXT = "of-strangers-next";
    private static final String ADMIN = "of-strangers-admin";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration DELAY = Duration.ofMillis(200);
    private static final String FAILS =
            "- throwException: {exceptionType: java.lang.IllegalStateException, message: no such order}";

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    private PlainClient client;

    @BeforeEach
    void setUp(TestBroker broker) throws IOException {
        Files.copy(Path.of("routes", "failures.camel.yaml"), folder.resolve("failures.camel.yaml"));
        client = broker.client();
        client.declareDurable(NEXT);
        client.declareDurable(ADMIN);
    }

    @AfterEach
    void tearDown(TestBroker broker) {
        kuteng.killAll();
        client.close();
        WorkQueues.delete(broker, QUEUE, DELAY);
        broker.deleteQueue(NEXT);
        broker.deleteQueue(ADMIN);
    }

    private KutengProcess run(TestBroker broker, String step) {
        new RouteFolder(folder).file("worker.camel.yaml", """
                - route:
                    id: worker
                    from:
                      uri: spring-rabbitmq:default
                      parameters: {queues: %s, prefetchCount: 10}
                      steps:
                        %s
                """.formatted(QUEUE, step));
        KutengProcess process = kuteng.command(
                        "run", "--routes", folder.toString(), "--set", "kuteng.retry.delays=" + DELAY.toMillis() + "ms")
                .on(broker)
                .start();
        process.awaitLine(ProgramBehaviour.WAITING);
        return process;
    }

    private void send(String id, Map<String, Object> headers) {
        BasicProperties properties = new BasicProperties.Builder()
                .messageId(id)
                .deliveryMode(2)
                .headers(headers)
                .build();
        client.confirmed(() -> client.publishUnconfirmed(QUEUE, "body of " + id, properties));
    }

    private Map<String, GetResponse> awaitLetters(int count, KutengProcess run) {
        await(run.toString()).atMost(PATIENCE).until(() -> client.messages(DEAD) == count);
        Map<String, GetResponse> letters = new HashMap<>();
        for (int i = 0; i < count; i++) {
            GetResponse letter = client.get(DEAD).orElseThrow();
            String id = letter.getProps().getMessageId();
            assertEquals("body of " + id, new String(letter.getBody(), StandardCharsets.UTF_8));
            letters.put(id, letter);
        }
        return letters;
    }

    private static String text(GetResponse letter, String header) {
        return String.valueOf(letter.getProps().getHeaders().get(header));
    }

    @Test
    void theBooksOfABrokerReachNoRetryQueueAndAreKeptAsText(TestBroker broker) {
        KutengProcess run = run(broker, FAILS);
        Map<String, Object> death = Map.of("reason", "expired", "queue", QUEUE, "count", 3L, "exchange", "");
        // with these RabbitMQ would see a circle: from the work queue by way of a retry queue to the work queue
        send("expired", Map.of("x-death", List.of(death), "x-first-death-queue", QUEUE, "tenant", "acme"));
        // this one ends the process of RabbitMQ that empties retry queues
        send("nonsense", Map.of("x-death", List.of("foo"), "x-opt-thing", 1, "x-delivery-count", 7));
        send("plain", Map.of());

        Map<String, GetResponse> letters = awaitLetters(3, run);

        for (GetResponse letter : letters.values()) {
            assertEquals(2, letter.getProps().getHeaders().get("kuteng-attempts"));
            assertTrue(
                    letter.getProps().getHeaders().keySet().stream().noneMatch(name -> name.startsWith("x-")),
                    () -> letter.getProps().toString());
        }
        assertEquals("acme", text(letters.get("expired"), "tenant"));
        assertTrue(
                text(letters.get("expired"), "kuteng-broker").startsWith("expired in queue '" + QUEUE + "' 3 times"));
        assertTrue(text(letters.get("nonsense"), "kuteng-broker").startsWith("x-death=[foo]"));
        assertFalse(letters.get("plain").getProps().getHeaders().containsKey("kuteng-broker"));
    }

    @Test
    void aForgedCountOfAttemptsCountsAsNone(TestBroker broker) {
        KutengProcess run = run(broker, FAILS);
        send("negative", Map.of("kuteng-attempts", -5));
        send("huge", Map.of("kuteng-attempts", 1_000_000_000, "kuteng-crashes", Long.MAX_VALUE));
        send("text", Map.of("kuteng-attempts", "foo", "kuteng-first-failure", "yesterday"));

        awaitLetters(3, run)
                .forEach((id, letter) ->
                        assertEquals(2, letter.getProps().getHeaders().get("kuteng-attempts"), id));
    }

    @Test
    void recipientsThatAStrangerChoseGetNothing(TestBroker broker) {
        Map<String, Object> copies = Map.of("CC", List.of(ADMIN), "BCC", List.of(ADMIN), "x-death", List.of("foo"));
        KutengProcess run = run(broker, "- to: spring-rabbitmq:default?routingKey=" + NEXT);
        send("forwarded", copies);
        await(run.toString()).atMost(PATIENCE).until(() -> client.messages(NEXT) == 1);
        // RabbitMQ did what the stranger asked for, once: with the stranger's own message
        long asked = client.messages(ADMIN);

        GetResponse next = client.get(NEXT).orElseThrow();

        assertEquals(null, next.getProps().getHeaders());
        assertEquals(asked, client.messages(ADMIN));
    }

    @Test
    void copiesAreKeptAsideByARetry(TestBroker broker) {
        KutengProcess run = run(broker, FAILS);
        send("copied", Map.of("CC", List.of(ADMIN)));
        GetResponse letter = awaitLetters(1, run).get("copied");

        assertFalse(letter.getProps().getHeaders().containsKey("CC"));
        assertEquals("[" + ADMIN + "]", text(letter, "kuteng-cc"));
        assertTrue(client.messages(ADMIN) <= 1, "nothing but the stranger's own copy");
    }

    @Test
    void headersBeyondTheBoundsAreBuriedWithThatCause(TestBroker broker) {
        KutengProcess run = run(broker, "- log: \"has done ${body}\"");
        Object deep = "x";
        for (int i = 0; i < 25; i++) {
            deep = i % 2 == 0 ? new ArrayList<>(List.of(deep)) : Map.of("inner", deep);
        }
        Map<String, Object> many = new HashMap<>();
        for (int i = 0; i < 3_000; i++) {
            many.put("header" + i, i);
        }
        send("deep", Map.of("deep", deep, "tenant", "acme"));
        send("many", many);
        send("plain", Map.of());

        run.awaitLine("has done body of plain");
        Map<String, GetResponse> letters = awaitLetters(2, run);

        GetResponse letter = letters.get("deep");
        assertEquals(1, letter.getProps().getHeaders().get("kuteng-attempts"), "a second attempt would be in vain");
        assertEquals("header 'deep' is nested more than 16 deep", text(letter, "kuteng-message"));
        assertEquals("deep (nested too deep, or too many values)", text(letter, "kuteng-left-out"));
        assertEquals("acme", text(letter, "tenant"));
        letter = letters.get("many");
        assertEquals("there are more than 2,000 values in the headers", text(letter, "kuteng-message"));
        assertEquals("7", text(letter, "header7"), "they fit, and are kept");
    }

    /** How deep the headers may be that the broker itself stands. */
    abstract int deepest();

    @Test
    void headersThatTheClientLibraryCannotReadAreBuriedToo(TestBroker broker) throws Exception {
        KutengProcess run = run(broker, "- log: \"has done ${body}\"");
        for (int depth : new int[] {40, deepest()}) {
            inALargeStack(() -> {
                Object deep = "x";
                for (int i = 0; i < depth; i++) {
                    deep = List.of(deep);
                }
                send("deep" + depth, Map.of("deep", deep, "tenant", "acme"));
            });
        }
        send("plain", Map.of());

        run.awaitLine("has done body of plain");
        awaitLetters(2, run).forEach((id, letter) -> {
            assertEquals("header 'deep' is nested more than 16 deep", text(letter, "kuteng-message"), id);
            assertTrue(text(letter, "kuteng-left-out").startsWith("deep ("), id);
            assertEquals("acme", text(letter, "tenant"));
        });
    }

    /** The client library follows what it writes by recursion. */
    private static void inALargeStack(Runnable sending) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(null, sending, "large stack", 1 << 29);
        thread.setUncaughtExceptionHandler((any, e) -> thrown.set(e));
        thread.start();
        thread.join();
        assertEquals(null, thrown.get());
    }

    @Test
    void headersThatFillTheirFrameLeaveRoomForTheCause(TestBroker broker) {
        KutengProcess run = run(broker, FAILS);
        int frameMax = client.connection().getFrameMax();
        String large = "x".repeat(frameMax - 100);
        send("large", Map.of("large", large, "tenant", "acme"));
        send("smaller", Map.of("large", large.substring(2_000)));

        Map<String, GetResponse> letters = awaitLetters(2, run);

        GetResponse letter = letters.get("large");
        assertEquals("no such order", text(letter, "kuteng-message"));
        assertTrue(text(letter, "kuteng-left-out").matches("large \\([\\d,]+ bytes\\)"), () -> letter.toString());
        assertEquals("acme", text(letter, "tenant"));
        assertArrayEquals("body of large".getBytes(StandardCharsets.UTF_8), letter.getBody());
        GetResponse smaller = letters.get("smaller");
        assertEquals(2, smaller.getProps().getHeaders().get("kuteng-attempts"), "it was attempted again");
        assertEquals("no such order", text(smaller, "kuteng-message"));
        assertEquals(large.length() - 2_000, text(smaller, "large").length());
    }
}
