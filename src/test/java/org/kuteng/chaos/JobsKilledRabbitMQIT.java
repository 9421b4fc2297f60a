package org.kuteng.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** A worker that forwards, a file that is split, and a storm of failures are killed half way: nothing is lost or stuck. */
@OnRabbitMQ(killable = true)
class JobsKilledRabbitMQIT {
    private static final String QUEUE = "job-killed";
    private static final String NEXT = "job-killed-next";
    private static final String REDELIVERED = QUEUE + ".redelivered";
    private static final String DEAD = QUEUE + ".dead";
    private static final String RETRY = QUEUE + ".retry.1s";
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int MESSAGES = 20_000;
    private static final int LINES = 50_000;
    private static final int FAILING = 1_000;

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    private TestBroker broker;

    /** What is killed half way. */
    enum Victim {
        WORKER,
        BROKER
    }

    @BeforeEach
    void declareQueues(TestBroker used) {
        broker = used;
        try (PlainClient client = broker.client()) {
            List.of(QUEUE, NEXT).forEach(client::declareDurable);
        }
        broker.writeDeclarations();
    }

    @AfterEach
    void deleteQueues() {
        kuteng.killAll();
        for (String queue : List.of(QUEUE, REDELIVERED, DEAD, RETRY, NEXT)) {
            broker.deleteQueue(queue);
        }
    }

    private KutengProcess run(String route) {
        write("routes", "job.camel.yaml", route);
        KutengProcess process = kuteng.command(
                        "run",
                        "--routes",
                        folder.resolve("routes").toString(),
                        "--set",
                        "kuteng.retry.delays=1s,1s,1s,1s,1s")
                .on(broker)
                .start();
        process.awaitLine("running");
        return process;
    }

    private Path write(String into, String name, String text) {
        try {
            return Files.writeString(
                    Files.createDirectories(folder.resolve(into)).resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the route, kills what is to be killed when a quarter has arrived, and runs it to the end. */
    private void runAndKill(String route, int count, Victim victim) {
        KutengProcess process = run(route);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> arrived() > count / 4);
        if (victim == Victim.WORKER) {
            process.sigkill();
            process.awaitExit();
            assertTrue(arrived() < count, "it was killed half way");
            run(route);
        } else {
            broker.kill();
            broker.start();
        }
    }

    private long arrived() {
        return broker.readyMessages(NEXT);
    }

    /** @param emptied queues in which nothing may be left */
    private void assertAllArrived(String body, int count, String... emptied) {
        await().atMost(PATIENCE)
                .until(() ->
                        arrived() >= count && Stream.of(emptied).allMatch(queue -> broker.readyMessages(queue) == 0));
        Set<String> missing =
                new HashSet<>(IntStream.range(0, count).mapToObj(i -> body + i).toList());
        Queue<String> all = new ConcurrentLinkedQueue<>();
        try (PlainClient client = broker.client()) {
            long waiting = client.messages(NEXT);
            client.channel()
                    .basicConsume(
                            NEXT,
                            true,
                            (tag, delivery) -> all.add(new String(delivery.getBody(), StandardCharsets.UTF_8)),
                            tag -> {});
            await().atMost(PATIENCE).until(() -> all.size() == waiting);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        all.forEach(missing::remove);
        assertEquals(Set.of(), missing, "lost");
        System.out.println("of " + count + " messages " + (all.size() - count) + " arrived twice");
    }

    private void publish(int count) {
        try (PlainClient client = broker.client()) {
            client.publish(QUEUE, "message ", count);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aForwardingWorker(Victim victim) {
        publish(MESSAGES);

        runAndKill("""
                - route:
                    id: forward
                    from:
                      uri: spring-rabbitmq:default
                      parameters: {queues: %s}
                      steps:
                        - to: {uri: "spring-rabbitmq:default", parameters: {routingKey: %s}}
                """.formatted(QUEUE, NEXT), MESSAGES, victim);

        assertAllArrived("message ", MESSAGES, QUEUE, REDELIVERED, DEAD);
    }

    @ParameterizedTest
    @EnumSource
    void aFile(Victim victim) {
        String lines = String.join(
                "\n", IntStream.range(0, LINES).mapToObj(i -> "line " + i).toList());
        Path file = write("in", "lines.txt", lines);

        runAndKill("""
                - route:
                    id: lines
                    from:
                      uri: "file:%s"
                      parameters: {initialDelay: 1, delay: 200, readLock: none}
                      steps:
                        - split:
                            tokenize: {token: "\\n"}
                            streaming: true
                            steps:
                              - to: {uri: "spring-rabbitmq:default", parameters: {routingKey: %s}}
                """.formatted(file.getParent(), NEXT), LINES, victim);

        await().atMost(PATIENCE).until(() -> !Files.exists(file));
        assertAllArrived("line ", LINES);
    }

    @ParameterizedTest
    @EnumSource
    void aStorm(Victim victim) {
        publish(FAILING);

        runAndKill("""
                - route:
                    id: storm
                    from:
                      uri: spring-rabbitmq:default
                      parameters: {queues: %s}
                      steps:
                        - choice:
                            when:
                              - simple: "${header.kuteng-attempts} == null || ${header.kuteng-attempts} < 2"
                                steps:
                                  - throwException:
                                      exceptionType: java.lang.IllegalStateException
                                      message: not yet
                        - to: {uri: "spring-rabbitmq:default", parameters: {routingKey: %s}}
                """.formatted(QUEUE, NEXT), FAILING, victim);

        assertAllArrived("message ", FAILING, QUEUE, REDELIVERED, DEAD, RETRY);
    }
}
