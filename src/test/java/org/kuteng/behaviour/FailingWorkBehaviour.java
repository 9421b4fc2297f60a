package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** What becomes of work that fails, with the shipped failures.camel.yaml. */
abstract class FailingWorkBehaviour {
    private static final String QUEUE = "failing-work";
    private static final String DEAD = QUEUE + ".dead";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final byte[] BINARY = {0, (byte) 0xff, 'x', (byte) 0xc3};

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    @BeforeEach
    void takeTheShippedFailures() throws IOException {
        Files.copy(Path.of("routes", "failures.camel.yaml"), folder.resolve("failures.camel.yaml"));
    }

    @AfterEach
    void deleteQueues(TestBroker broker) {
        kuteng.killAll();
        WorkQueues.delete(
                broker,
                QUEUE,
                Duration.ofMillis(100),
                Duration.ofMillis(200),
                Duration.ofMillis(300),
                Duration.ofHours(1));
    }

    private KutengProcess run(TestBroker broker, String parameters, String steps, String... settings) {
        new RouteFolder(folder).file("worker.camel.yaml", """
                - route:
                    id: worker
                    from:
                      uri: spring-rabbitmq:default
                      parameters:
                        queues: %s
                %s
                      steps:
                %s
                """.formatted(
                QUEUE, parameters.indent(8).stripTrailing(), steps.indent(8).stripTrailing()));
        String[] command = new String[3 + 2 * settings.length];
        command[0] = "run";
        command[1] = "--routes";
        command[2] = folder.toString();
        for (int i = 0; i < settings.length; i++) {
            command[3 + 2 * i] = "--set";
            command[4 + 2 * i] = settings[i];
        }
        KutengProcess process = kuteng.command(command).on(broker).start();
        process.awaitLine(ProgramBehaviour.WAITING);
        return process;
    }

    private static GetResponse awaitDeadLetter(PlainClient client) {
        await().atMost(PATIENCE).until(() -> client.messages(DEAD) == 1);
        return client.get(DEAD).orElseThrow();
    }

    @Test
    void aMessageThatNeverSucceedsIsBuriedAsItCameWithItsStory(TestBroker broker) throws IOException {
        KutengProcess run = run(broker, "prefetchCount: 1", """
                - setBody: {constant: "changed by the route"}
                - setHeader: {name: colour, constant: red}
                - throwException:
                    id: refuse
                    exceptionType: java.lang.IllegalStateException
                    message: no such customer
                """, "kuteng.retry.delays=200ms,300ms");
        Instant begin = Instant.now().minusSeconds(1);
        try (PlainClient client = broker.client()) {
            client.channel()
                    .basicPublish(
                            "",
                            QUEUE,
                            new BasicProperties.Builder()
                                    .messageId("id 1")
                                    .contentType("application/x-own")
                                    .headers(Map.of("colour", "blue", "number", 7))
                                    .build(),
                            BINARY);

            GetResponse letter = awaitDeadLetter(client);

            assertArrayEquals(BINARY, letter.getBody());
            assertEquals("id 1", letter.getProps().getMessageId());
            assertEquals("application/x-own", letter.getProps().getContentType());
            Map<String, Object> headers = letter.getProps().getHeaders();
            assertEquals("blue", text(headers, "colour"));
            assertEquals(7, headers.get("number"));
            assertEquals(QUEUE, text(headers, "kuteng-queue"));
            assertEquals("worker", text(headers, "kuteng-route"));
            assertEquals("refuse", text(headers, "kuteng-step"));
            assertEquals(3, headers.get("kuteng-attempts"));
            assertEquals("java.lang.IllegalStateException", text(headers, "kuteng-exception"));
            assertEquals("no such customer", text(headers, "kuteng-message"));
            assertTrue(text(headers, "kuteng-stack").contains("IllegalStateException"));
            Instant first = Instant.parse(text(headers, "kuteng-first-failure"));
            Instant last = Instant.parse(text(headers, "kuteng-last-failure"));
            assertTrue(first.isAfter(begin), () -> first + " is before " + begin);
            assertTrue(!last.isBefore(first.plusMillis(500)), () -> "waited less than both delays: " + first + last);
        }
        run.awaitLine(
                "WARN attempt 1 of 3 failed at refuse: IllegalStateException: no such customer; next attempt in 0.2s");
        run.awaitLine("WARN attempt 3 of 3 failed at refuse: IllegalStateException: no such customer; buried in " + DEAD
                + " \\(./kuteng dead show .+\\)");
    }

    private static String text(Map<String, Object> headers, String name) {
        return String.valueOf(headers.get(name));
    }

    @Test
    void aRouteMayHaveDelaysOfItsOwn(TestBroker broker) {
        KutengProcess run = run(
                broker, "prefetchCount: 1", """
                - throwException: {exceptionType: java.lang.IllegalStateException, message: no}
                """, "kuteng.route.worker.retry.delays=100ms", "kuteng.retry.delays=1h");
        try (PlainClient client = broker.client()) {
            client.publish(QUEUE, "message ", 1);
            assertEquals(
                    2, awaitDeadLetter(client).getProps().getHeaders().get("kuteng-attempts"), () -> run.toString());
        }
    }

    @Test
    void aHopelessFailureIsBuriedAtOnce(TestBroker broker) {
        KutengProcess run = run(
                broker,
                "prefetchCount: 1",
                """
                - throwException: {exceptionType: java.lang.IllegalStateException, message: no}
                """,
                "kuteng.retry.delays=1h",
                "kuteng.retry.giveUp=java.lang.IllegalStateException");
        try (PlainClient client = broker.client()) {
            client.publish(QUEUE, "message ", 1);
            assertEquals(
                    1, awaitDeadLetter(client).getProps().getHeaders().get("kuteng-attempts"), () -> run.toString());
        }
    }

    @Test
    void aBodyThatCannotBeReadGoesTheSameWay(TestBroker broker) {
        run(broker, "prefetchCount: 1", "- convertBodyTo: {type: java.lang.Integer}", "kuteng.retry.delays=none");
        try (PlainClient client = broker.client()) {
            client.publish(QUEUE, "no number ", 1);
            Map<String, Object> headers = awaitDeadLetter(client).getProps().getHeaders();
            assertTrue(text(headers, "kuteng-exception").contains("InvalidPayload"), headers::toString);
        }
    }

    @Test
    void aFailureAfterAnAsynchronousStepIsNotSwallowed(TestBroker broker) {
        run(broker, "asyncConsumer: true\nprefetchCount: 5", """
                - delay: {constant: "300", asyncDelayed: true}
                - throwException: {exceptionType: java.lang.IllegalStateException, message: too late}
                """, "kuteng.retry.delays=none");
        try (PlainClient client = broker.client()) {
            client.publish(QUEUE, "message ", 3);

            await().atMost(PATIENCE).until(() -> client.messages(DEAD) == 3);
            assertEquals(
                    "too late", text(client.get(DEAD).orElseThrow().getProps().getHeaders(), "kuteng-message"));
        }
    }

    @Test
    void asynchronousWorkIsAcknowledgedAfterItAndNotBefore(TestBroker broker) {
        String parameters = "asyncConsumer: true\nprefetchCount: 5";
        String work = """
                - log: "begins ${body}"
                - delay: {constant: "%s", asyncDelayed: true}
                - log: "has ended ${body}"
                """;
        KutengProcess first = run(broker, parameters, work.formatted("600000"));
        try (PlainClient client = broker.client()) {
            client.publish(QUEUE, "message ", 3);
            await("all are in hand at the same time")
                    .atMost(PATIENCE)
                    .until(() -> first.lines("begins message").size() == 3);
            first.sigkill();
            first.awaitExit();

            KutengProcess second = run(broker, parameters, work.formatted("100"));

            await().atMost(PATIENCE)
                    .until(() -> second.lines("has ended message").size() == 3);
            second.sigterm();
            second.awaitExit();
            for (String queue : List.of(QUEUE, QUEUE + ".redelivered", DEAD)) {
                assertEquals(0, client.messages(queue), queue);
            }
        }
    }
}
