package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** A broker that is low on memory blocks who sends, and nobody else. */
@OnRabbitMQ(killable = true)
class MemoryAlarmRabbitMQIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    @Test
    void whoSendsWaitsAndSaysSoOnceAndWhoWorksGoesOn(TestBroker broker) {
        new RouteFolder(folder).worker("worker", "backlog", 1, 100);
        KutengProcess run =
                kuteng.command("run", "--routes", folder.toString()).on(broker).start();
        run.awaitLine(ProgramBehaviour.WAITING);
        try (PlainClient client = broker.client()) {
            client.publish("backlog", "message ", 200);
        }
        // without an end: the broker's tool may take longer than a hundred messages do
        KutengProcess producer = kuteng.command(
                        "run", "producer", "--set", "producer.period=20", "--set", "producer.repeatCount=0")
                .on(broker)
                .start();
        producer.awaitLine("producer +[0-9]+$");

        broker.memoryAlarm(true);
        producer.awaitLine("WARN the broker blocks publishers \\(low on memory\\): sending waits, workers go on");
        int before = run.lines("has ended").size();
        await("the backlog goes on")
                .atMost(PATIENCE)
                .until(() -> run.lines("has ended").size() > before + 10);
        broker.memoryAlarm(false);

        producer.awaitLine("the broker takes messages again: sending goes on");
        int sent = producer.lines("producer +[0-9]+$").size();
        await().atMost(PATIENCE).until(() -> producer.lines("producer +[0-9]+$").size() > sent + 5);
        assertEquals(1, producer.lines("blocks publishers").size());
    }

    /** What failed cannot be sent to its retry queue. */
    @Test
    void toldToStopMeanwhileItEndsInTimeAndGivesBackWhatCannotBeSent(TestBroker broker) {
        String queue = "failing-under-alarm";
        // enough work for as long as the broker's tool may take
        int messages = 200;
        new RouteFolder(folder).file("failing.camel.yaml", """
                - route:
                    id: failing
                    description: Fails with each message
                    from:
                      uri: spring-rabbitmq:default
                      parameters:
                        queues: %s
                        prefetchCount: 10
                      steps:
                        - log:
                            message: "begins ${body}"
                        - delay:
                            constant:
                              expression: "300"
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: no good
                """.formatted(queue));
        KutengProcess run = kuteng.command(
                        "run",
                        "--routes",
                        folder.toString(),
                        "--set",
                        "kuteng.stop.timeout=3s",
                        "--set",
                        "kuteng.retry.delays=10m")
                .on(broker)
                .start();
        run.awaitLine(ProgramBehaviour.WAITING);
        try (PlainClient client = broker.client()) {
            client.publish(queue, "message ", messages);
        }
        run.awaitLine("failing +WARN attempt 1 of 2 failed");
        broker.memoryAlarm(true);
        try {
            run.awaitLine("the broker blocks publishers");
            run.sigterm();

            assertEquals(143, run.awaitExit(StopBehaviour.within(3)));
        } finally {
            broker.memoryAlarm(false);
        }
        await("each is in its queue, or where it goes when it failed")
                .atMost(PATIENCE)
                .until(() -> broker.readyMessages(queue) + broker.readyMessages(queue + ".retry.10m") >= messages);
        StopBehaviour.assertNothingButLines(run);
    }
}
