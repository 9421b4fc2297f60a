package org.kuteng.behaviour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBroker;

/** Only RabbitMQ minds the arguments of a queue that is there already. */
@OnRabbitMQ
class RefusalRabbitMQIT extends RefusalBehaviour {
    @TempDir
    Path folder;

    static Stream<Arguments> queues() {
        return Stream.of(
                arguments(false, Map.of(), "durable", "durable is 'false' there, 'true' here", "transient"),
                arguments(
                        true,
                        Map.of("x-queue-type", "quorum"),
                        "durable",
                        "x-queue-type is 'quorum' there, 'classic' here",
                        "quorum"),
                arguments(true, Map.of(), "quorum", "x-queue-type is not set there, 'quorum' here", "durable"),
                arguments(true, Map.of(), "transient", "durable is 'true' there, 'false' here", "durable"));
    }

    @ParameterizedTest
    @MethodSource("queues")
    void aQueueWithOtherArgumentsIsNamedWithTheWaysOut(
            boolean durable, Map<String, Object> arguments, String type, String clash, String way, TestBroker broker) {
        try (PlainClient client = broker.client()) {
            client.declare(QUEUE, durable, arguments);
        }
        for (String route : List.of("consumer-1", "producer")) {
            KutengProcess process = run(broker.uri(), route, "--set", "kuteng.queue.type=" + type);
            assertEquals(2, process.awaitExit());
            assertEquals(
                    List.of("kuteng: queue '" + QUEUE + "' at 127.0.0.1:" + broker.port()
                            + " exists with other arguments: " + clash + ". Ways out: kuteng.queue.type=" + way
                            + ", another queue name, or delete the queue when it is empty"
                            + " (rabbitmqctl -p kuteng delete_queue --if-empty " + QUEUE + ")"),
                    // which RabbitMQ 4 says of a queue without a type
                    problems(process).stream()
                            .map(line -> line.replace("'classic' there", "not set there"))
                            .toList());
        }
    }

    @Test
    void aRefusalOfTheOnlyRouteEndsItWithExitCode1(TestBroker broker) {
        try (TcpProxy proxy = TcpProxy.to(broker)) {
            KutengProcess process = run(proxy.uri(), "consumer-1");
            process.awaitLine(ProgramBehaviour.WAITING);
            declareOtherwiseWhileAway(proxy, broker);
            assertEndsWith1(process, "consumer-1 ");
        }
    }

    @Test
    void aRefusalOfOneRouteEndsThatRouteAndTheOthersGoOn(TestBroker broker) {
        String other = QUEUE + "-of-others";
        RouteFolder routes = new RouteFolder(folder)
                .worker("refused", QUEUE, 1, 0)
                .worker("other", other, 1, 0)
                // called by others only: not a reason to go on
                .file("called.camel.yaml", """
                        - route:
                            id: called
                            description: Is called by others
                            from:
                              uri: direct:called
                              steps:
                                - log:
                                    message: "called"
                        """);
        try (TcpProxy proxy = TcpProxy.to(broker)) {
            KutengProcess process = kuteng.command(
                            "run", "--routes", routes.path().toString())
                    .env("KUTENG_BROKER", proxy.uri())
                    .start();
            process.awaitLine(ProgramBehaviour.WAITING);
            declareOtherwiseWhileAway(proxy, broker);
            process.awaitLine("refused +ERROR .*durable is 'false' there, 'true' here");
            process.awaitLine("kuteng +ERROR route refused has ended; the others go on$");
            process.awaitLine("other +consumers restored");
            try (PlainClient client = broker.client()) {
                client.publish(other, "message ", 1);
            }
            process.awaitLine("other +has ended message 0");

            declareOtherwiseWhileAway(proxy, broker, other);
            process.awaitLine("kuteng +ERROR stopping, since no route is left$");
            assertEquals(1, process.awaitExit(Duration.ofSeconds(35)));
        } finally {
            kuteng.killAll();
            WorkQueues.delete(broker, other);
        }
    }

    @Test
    void aRefusalWhileAProducerRunsEndsItWithExitCode1(TestBroker broker) {
        try (TcpProxy proxy = TcpProxy.to(broker)) {
            KutengProcess process =
                    run(proxy.uri(), "producer", "--set", "producer.period=100", "--set", "producer.repeatCount=0");
            process.awaitLine("producer +1$");
            declareOtherwiseWhileAway(proxy, broker);
            assertEndsWith1(process, "publisher ");
        }
    }

    private void declareOtherwiseWhileAway(TcpProxy proxy, TestBroker broker) {
        declareOtherwiseWhileAway(proxy, broker, QUEUE);
    }

    private void declareOtherwiseWhileAway(TcpProxy proxy, TestBroker broker, String queue) {
        proxy.refuse();
        WorkQueues.delete(broker, queue);
        try (PlainClient client = broker.client()) {
            client.declare(queue, false, Map.of());
        }
        proxy.accept();
    }

    private static void assertEndsWith1(KutengProcess process, String speaker) {
        assertEquals(1, process.awaitExit(Duration.ofSeconds(15)));
        List<String> errors = problems(process).stream()
                .filter(line -> line.contains(" ERROR "))
                .toList();
        assertEquals(2, errors.size(), process.toString());
        assertTrue(
                errors.get(0).startsWith(speaker)
                        && errors.get(0).contains("durable is 'false' there, 'true' here. Ways out: "),
                errors.get(0));
        assertEquals("kuteng       ERROR stopping, since no route is left", errors.get(1));
    }
}
