package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** A process is killed while its steps keep nine messages beyond the end of their route: none is lost. */
abstract class KeptStepsKillBehaviour {
    private static final String QUEUE = "kept-at-a-kill";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int COUNT = 9;

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    private PlainClient client;

    @BeforeEach
    void connect(TestBroker broker) {
        client = broker.client();
        client.declareDurable(QUEUE);
    }

    @AfterEach
    void deleteQueues(TestBroker broker) {
        kuteng.killAll();
        client.close();
        WorkQueues.delete(broker, QUEUE);
    }

    private static String steps(String step) {
        return switch (step) {
            case "aggregate" -> """
                    - aggregate:
                        correlationExpression: {constant: all}
                        aggregationStrategy: "#class:org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy"
                        completionSize: {{size}}
                        steps:
                          - log: "begun ${body}"
                          - delay: {constant: "{{pause}}"}
                          - split:
                              simple: {expression: "${body}"}
                              steps:
                                - log: "done ${body}"
                    """;
            case "resequence" -> """
                    - resequence:
                        expression: {simple: "${body}"}
                        batchConfig: {batchSize: 100, batchTimeout: 200}
                        steps:
                          - log: "begun ${body}"
                          - delay: {constant: "{{pause}}"}
                          - log: "done ${body}"
                    """;
            case "onCompletion" -> "- log: \"completed\"\n";
            case "multicast" -> """
                    - multicast:
                        parallelProcessing: true
                        timeout: 100
                        steps:
                          - log: "fast"
                          - to: "direct:slow"
                    """;
            default -> "- " + (step.equals("wireTap") ? "wireTap: {uri: \"direct:slow\"}" : "to: \"seda:slow\"") + "\n";
        };
    }

    private KutengProcess run(TestBroker broker, String step, boolean slow) {
        String onCompletion = step.equals("onCompletion") ? """
                - onCompletion:
                    parallelProcessing: true
                    steps:
                      - log: "begun ${body}"
                      - delay: {constant: "{{pause}}"}
                      - log: "done ${body}"
                """ : "";
        String from = step.equals("seda") ? "seda:slow" : "direct:slow";
        new RouteFolder(folder)
                .file(
                        "worker.camel.yaml",
                        onCompletion
                                + """
                - route:
                    id: worker
                    from:
                      uri: spring-rabbitmq:default
                      parameters:
                        queues: %s
                      steps:
                        - log: "came ${body}"
                %s
                - route:
                    id: slow
                    from:
                      uri: "%s"
                      steps:
                        - log: "begun ${body}"
                        - delay: {constant: "{{pause}}"}
                        - log: "done ${body}"
                """.formatted(
                                                QUEUE,
                                                steps(step)
                                                        .replace("{{size}}", slow ? "10" : "9")
                                                        .indent(8)
                                                        .stripTrailing(),
                                                from));
        KutengProcess process = kuteng.command(
                        "run", "--routes", folder.toString(), "--set", "pause=" + (slow ? "20000" : "1"))
                .on(broker)
                .start();
        process.awaitLine(ProgramBehaviour.WAITING);
        return process;
    }

    @ParameterizedTest
    @ValueSource(strings = {"aggregate", "resequence", "seda", "wireTap", "onCompletion", "multicast"})
    void noneIsLost(String step, TestBroker broker) {
        KutengProcess first = run(broker, step, true);
        IntStream.range(0, COUNT).forEach(i -> client.publish(QUEUE, "message-" + i + "-", 1));
        await().atMost(PATIENCE)
                .until(() -> first.lines("came message").size() == COUNT
                        && first.lines("begun message").size() >= (step.equals("aggregate") ? 0 : 1));
        first.sigkill();
        first.awaitExit();

        KutengProcess second = run(broker, step, false);
        List<String> expected =
                IntStream.range(0, COUNT).mapToObj(i -> "message-" + i + "-0").toList();
        await().atMost(PATIENCE).until(() -> expected.stream()
                .allMatch(one -> !second.lines("done .*" + one).isEmpty()));
        // what was delivered before is taken without a channel being lost over it
        assertEquals(List.of(), second.lines("WARN"));
        second.sigterm();
        second.awaitExit();
        for (String queue : List.of(QUEUE, QUEUE + ".redelivered", QUEUE + ".dead")) {
            assertEquals(0, client.messages(queue), queue);
        }
    }
}
