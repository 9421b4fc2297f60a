package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.RabbitMQNode;
import org.kuteng.testing.TestBrokers;

/** A RabbitMQ that lets work take a second, and looks at it every fifth of one. */
@Tag(OnRabbitMQ.TAG)
class ConsumerTimeoutRabbitMQIT {
    private static final String QUEUE = "long-work";
    private static final int CRASHES = 2;
    private static final String CONFIG = "[{rabbit, [{consumer_timeout, 1000}, {channel_tick_interval, 200}]}].";

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    @Test
    void workThatTakesTooLongIsExplainedAndBuriedInTheEnd() throws Exception {
        TestBrokers.assumeInstalled();
        Files.copy(Path.of("routes", "failures.camel.yaml"), folder.resolve("failures.camel.yaml"));
        new RouteFolder(folder).worker("slow", QUEUE, 1, 3_000);

        try (RabbitMQNode node = RabbitMQNode.start(new RabbitMQNode.Settings(false, List.of(), CONFIG))) {
            assumeFalse(node.isSince(4, 3), "classic queues of RabbitMQ 4.3 have no consumer_timeout");
            KutengProcess run = kuteng.command(
                            "run", "--routes", folder.toString(), "--set", "kuteng.retry.crashes=" + CRASHES)
                    .on(node)
                    .start();
            run.awaitLine("Waiting for messages");
            try (PlainClient client = node.client()) {
                client.publish(QUEUE, "too long", 1);

                run.awaitLine("consumer 1 ended: work on a message took longer than the broker's consumer_timeout"
                        + " \\(1000 ms\\), so that the broker has taken it back and will deliver it again"
                        + " \\(make the work shorter, or raise consumer_timeout at the broker\\)");
                await().atMost(Duration.ofSeconds(30)).until(() -> client.messages(QUEUE + ".dead") == 1);
                assertEquals(
                        CRASHES,
                        client.get(QUEUE + ".dead")
                                .orElseThrow()
                                .getProps()
                                .getHeaders()
                                .get("kuteng-crashes"));
            }
        }
    }
}
