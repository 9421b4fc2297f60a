package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OutputLine;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBroker;

/** A stop of a program with something that does not end: one time for everything, and everybody told. */
abstract class StopBehaviour {
    static final String QUEUE = "of-the-stop";

    /** Work that does not end while a test looks. */
    static final int HUNG_MILLIS = 300_000;

    private static final String LINE = "^[0-9:.]{12} \\S.*";

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    @AfterEach
    void deleteQueue(TestBroker broker) {
        kuteng.killAll();
        WorkQueues.delete(broker, QUEUE);
    }

    final KutengProcess run(String uri, int stopTimeoutSeconds) {
        return kuteng.command(
                        "run",
                        "--routes",
                        folder.toString(),
                        "--set",
                        "kuteng.stop.timeout=" + stopTimeoutSeconds + "s")
                .env("KUTENG_BROKER", uri)
                .start();
    }

    /** The time of the stop itself, and what a busy machine takes besides. */
    static Duration within(int stopTimeoutSeconds) {
        return Duration.ofSeconds(stopTimeoutSeconds + 10);
    }

    /** No message was written out, and nothing but kuteng's own words. */
    static void assertNothingButLines(KutengProcess process) {
        List<String> others = process.lines().stream()
                .map(OutputLine::text)
                .filter(line -> !line.matches(LINE))
                .toList();
        assertEquals(List.of(), others);
        assertEquals(
                0,
                process.lines("Shutdown|Inflight|AwaitManager|Exchange\\[|qpid|Qpid")
                        .size(),
                process.toString());
    }

    private KutengProcess hungIn(String steps, TestBroker broker, int stopTimeoutSeconds) {
        new RouteFolder(folder).file("hung.camel.yaml", """
                - route:
                    id: hung
                    description: Does not end
                    from:
                      uri: spring-rabbitmq:default
                      parameters:
                        queues: %s
                        prefetchCount: 10
                      steps:
                        - log:
                            message: "begins ${body}"
                %s
                """.formatted(QUEUE, steps.indent(8)));
        KutengProcess run = run(broker.uri(), stopTimeoutSeconds);
        run.awaitLine(ProgramBehaviour.WAITING);
        try (PlainClient client = broker.client()) {
            client.publish(QUEUE, "message ", 3);
        }
        run.awaitLine("begins message 0");
        return run;
    }

    private static String delay(boolean asynchronous) {
        return """
                - delay:
                    asyncDelayed: %s
                    constant:
                      expression: "%d"
                """.formatted(asynchronous, HUNG_MILLIS);
    }

    static Stream<Arguments> hungSteps() {
        return Stream.of(
                Arguments.of(Named.of("a delay on a thread of its own", delay(true))),
                Arguments.of(Named.of("a delay on the worker's thread", delay(false))),
                Arguments.of(Named.of("a call of another route", """
                        - to:
                            uri: seda:inner
                            parameters:
                              waitForTaskToComplete: Always
                              timeout: 0
                        """)));
    }

    @ParameterizedTest
    @MethodSource("hungSteps")
    void workThatDoesNotEndIsNamedAndGoesBackInTime(String steps, TestBroker broker) {
        new RouteFolder(folder)
                .file("inner.camel.yaml", """
                - route:
                    id: inner
                    description: Does not end when it is called
                    from:
                      uri: seda:inner
                      steps:
                %s
                """.formatted(delay(false).indent(8)));
        KutengProcess run = hungIn(steps, broker, 3);

        run.sigterm();

        assertEquals(143, run.awaitExit(within(3)));
        assertFalse(
                run.lines("kuteng +stopping: waiting for hung to finish .*message.* \\(for .* s\\); .* left$")
                        .isEmpty(),
                run.toString());
        assertEquals(
                1,
                run.lines("hung +WARN work on 1 message has not ended in time \\(kuteng.stop.timeout=3s\\);"
                                + " it goes back to the queue$")
                        .size(),
                run.toString());
        assertNothingButLines(run);
        await("all three are in the queue").until(() -> broker.readyMessages(QUEUE) == 3);
        assertEquals(1, run.lines("begins").size());
    }

    static Stream<Arguments> signals() {
        Consumer<KutengProcess> interrupt = KutengProcess::sigint;
        Consumer<KutengProcess> terminate = KutengProcess::sigterm;
        return Stream.of(
                Arguments.of(Named.of("Ctrl+C", interrupt), 130), Arguments.of(Named.of("SIGTERM", terminate), 143));
    }

    @ParameterizedTest
    @MethodSource("signals")
    void aSecondSignalHandsBackAtOnceAndEnds(Consumer<KutengProcess> signal, int exitCode, TestBroker broker) {
        KutengProcess run = hungIn(delay(false), broker, 120);
        signal.accept(run);
        run.awaitLine("stopping; another Ctrl\\+C or SIGTERM hands back at once what is in hand");
        run.awaitLine("stopping: waiting for hung to finish ");

        signal.accept(run);

        assertEquals(exitCode, run.awaitExit(within(0)));
        assertEquals(
                1,
                run.lines("stopping at once: what is in hand goes back to its queue")
                        .size());
        assertEquals(
                1,
                run.lines("hung +WARN work on 1 message has not ended; it goes back")
                        .size());
        assertNothingButLines(run);
        await("all three are in the queue").until(() -> broker.readyMessages(QUEUE) == 3);
    }

    @Test
    void itIsSaidAgainWhatIsWaitedForAndNoTimerBeginsAnythingNew(TestBroker broker) {
        new RouteFolder(folder).file("clock.camel.yaml", """
                - route:
                    id: clock
                    description: Begins every tenth of a second, and does not end
                    from:
                      uri: timer:clock
                      parameters:
                        period: 100
                        delay: 0
                      steps:
                        - log:
                            message: "tick"
                        - delay:
                            asyncDelayed: true
                            constant:
                              expression: "%d"
                """.formatted(HUNG_MILLIS));
        KutengProcess run = hungIn(delay(false), broker, 12);
        run.awaitLine("clock +tick");

        run.sigterm();

        // as many as the clock has begun by then
        run.awaitLine("stopping: waiting for clock to finish \\d+ exchanges?; ");
        int ticks = run.lines("clock +tick").size();
        await().atMost(within(12))
                .until(() -> run.lines("waiting for clock to finish").size() == 2);
        assertEquals(2, run.lines("waiting for hung to finish").size());
        assertEquals(143, run.awaitExit(within(12)));
        assertEquals(ticks, run.lines("clock +tick").size());
        assertEquals(
                1,
                run.lines("WARN stopping without waiting for clock to finish \\d+ exchanges?$")
                        .size());
        assertNothingButLines(run);
    }

    @Test
    void workThatEndsWhileItIsWaitedForIsDone(TestBroker broker) {
        new RouteFolder(folder).worker("worker", QUEUE, 10, 2_500);
        KutengProcess run = run(broker.uri(), 25);
        run.awaitLine(ProgramBehaviour.WAITING);
        try (PlainClient client = broker.client()) {
            client.publish(QUEUE, "message ", 3);
        }
        run.awaitLine("begins message 0");

        run.sigterm();

        assertEquals(143, run.awaitExit(Duration.ofSeconds(20)));
        assertEquals(1, run.lines("has ended message 0").size());
        assertEquals(0, run.lines("WARN|ERROR").size(), run.toString());
        await().until(() -> broker.readyMessages(QUEUE) == 2);
    }

    /** What it reads and writes, and the farewell of each connection, gets no answer. */
    @Test
    void aBrokerThatDoesNotAnswerDoesNotHoldItUp(TestBroker broker) {
        new RouteFolder(folder)
                .worker("worker", QUEUE, 10, 1)
                .worker("other", QUEUE, 10, HUNG_MILLIS)
                .file("producer.camel.yaml", """
                        - route:
                            id: producer
                            description: Sends all the time
                            from:
                              uri: timer:producer
                              parameters:
                                period: 20
                                delay: 0
                              steps:
                                - setBody:
                                    constant:
                                      expression: "x"
                                - to:
                                    id: send
                                    uri: spring-rabbitmq:default
                                    parameters:
                                      routingKey: %s
                        """.formatted(QUEUE));
        try (TcpProxy proxy = TcpProxy.to(broker)) {
            KutengProcess run = run(proxy.uri(), 3);
            run.awaitLine(ProgramBehaviour.WAITING);
            run.awaitLine("worker +has ended");
            run.awaitLine("other +begins");
            proxy.freeze();

            run.sigterm();

            assertEquals(143, run.awaitExit(within(3)));
            assertTrue(run.lines("stopping: waiting for other to finish").size() > 0, run.toString());
        }
    }
}
