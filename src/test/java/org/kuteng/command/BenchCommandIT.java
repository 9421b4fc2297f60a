package org.kuteng.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.TestBroker;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code kuteng bench} from end to end, with few messages: that it measures, not what. */
@OnEmbeddedBroker
class BenchCommandIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** What kuteng's consumers declare besides the queue itself. */
    private static final List<String> WITH_IT = List.of("", ".dead", ".redelivered", ".retry.1s", ".retry.10m");

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    @Test
    void everyModeButTheJobsIsMeasuredAndNoQueueIsLeft(TestBroker broker) throws Exception {
        Path json = folder.resolve("bench.json");
        Path chart = folder.resolve("bench.svg");
        KutengProcess bench = kuteng.command(
                        "bench",
                        "--verbose",
                        "--full",
                        "--modes=publish,consume,both,latency,concurrency",
                        "--queues=durable,quorum",
                        "--clients=raw,camel-confirms-64,kuteng",
                        "--sizes=16",
                        "--rounds=1",
                        "--messages=50",
                        "--seconds=0.1",
                        "--consumers=2",
                        "--json=" + json,
                        "--chart=" + chart)
                .on(broker)
                .start();

        assertEquals(0, bench.awaitExit(PATIENCE), bench::toString);
        assertFalse(bench.lines("quorum queues are RabbitMQ's: .* has none, and they are left out")
                .isEmpty());
        assertFalse(bench.lines("^consume, durable, 16 B \\(50 messages\\)").isEmpty(), bench::toString);
        assertTrue(Files.readString(chart).contains("consume, durable queue"));
        JsonNode cases = JsonMapper.shared().readTree(Files.readString(json)).get("cases");
        assertEquals(5, cases.size());
        // one of the clients differs only in how it sends; latency has two percentiles of each
        assertEquals(
                List.of(3, 2, 3, 4, 2),
                List.of(
                        cases.get(0).get("figures").size(),
                        cases.get(1).get("figures").size(),
                        cases.get(2).get("figures").size(),
                        cases.get(3).get("figures").size(),
                        cases.get(4).get("figures").size()));
        cases.forEach(each -> each.get("figures")
                .forEach(figure -> assertTrue(figure.get("median").asDouble() > 0, each::toString)));
        assertNoQueueIsLeft(bench, broker);
    }

    @Test
    void ctrlCShowsWhatIsCompleteAndLeavesNoQueue(TestBroker broker) throws Exception {
        KutengProcess bench = kuteng.command(
                        "bench",
                        "--verbose",
                        "--modes=consume,latency",
                        "--clients=raw,kuteng",
                        "--sizes=16",
                        "--messages=50",
                        "--rounds=1",
                        "--seconds=600")
                .on(broker)
                .start();
        bench.awaitLine("measuring latency");

        bench.sigint();

        assertEquals(130, bench.awaitExit(), bench::toString);
        assertFalse(bench.lines("^consume, durable, 16 B").isEmpty(), bench::toString);
        assertFalse(bench.lines("^stopped before the end").isEmpty(), bench::toString);
        assertNoQueueIsLeft(bench, broker);
    }

    @Test
    void onlyQuorumQueuesCannotBeMeasuredWithoutRabbitMQ(TestBroker broker) {
        KutengProcess bench =
                kuteng.command("bench", "--queues=quorum").on(broker).start();

        assertEquals(2, bench.awaitExit(), bench::toString);
        assertEquals(1, bench.lines().size(), bench::toString);
        assertFalse(bench.lines("^kuteng: quorum queues are RabbitMQ's: .* --broker names a RabbitMQ")
                .isEmpty());
    }

    @Test
    void aFileThatCannotBeWrittenIsSaidBeforeAllTheMeasuring() {
        KutengProcess bench = kuteng.command("bench", "--chart=" + folder.resolve("none/bench.svg"))
                .start();

        assertEquals(2, bench.awaitExit(), bench::toString);
        assertEquals(
                1,
                bench.lines("^kuteng: --chart is .*, which is no file in a folder that is there$")
                        .size());
    }

    private static void assertNoQueueIsLeft(KutengProcess bench, TestBroker broker) throws Exception {
        String queue = bench.awaitLine("measuring with queue ")
                .text()
                .replaceFirst(".*with queue ", "")
                .trim();
        assertTrue(queue.startsWith("kuteng.bench."), queue);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection()) {
            for (String end : WITH_IT) {
                assertFalse(exists(connection, queue + end), queue + end);
            }
        }
    }

    private static boolean exists(Connection connection, String queue) throws IOException {
        Channel channel = connection.createChannel();
        try {
            channel.queueDeclarePassive(queue);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
