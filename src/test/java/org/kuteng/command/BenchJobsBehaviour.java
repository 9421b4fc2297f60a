package org.kuteng.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.TestBroker;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The jobs of {@code kuteng bench} with few messages: that each of them runs and gives figures, not which. */
abstract class BenchJobsBehaviour {
    /** Long enough for the bench itself to give up on a job and to say so; else it takes less than a minute. */
    private static final Duration PATIENCE = Duration.ofSeconds(200);

    private static final List<String> JOBS = List.of(
            "forward 16 B, 1",
            "forward 16 B, 10",
            "forward-async 16 B, 1",
            "file 16 B, 1",
            "split 16 B, 1",
            "drain 16 B, 10",
            "storm 16 B, 1",
            "text 1048576 B, 1",
            "text 10485760 B, 1",
            "text-unread 1048576 B, 1",
            "text-unread 10485760 B, 1",
            "routes 16 B, 20");

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    @Test
    void everyJobRunsToItsEndForKutengAndTheRawClient(TestBroker broker) throws Exception {
        Path json = folder.resolve("jobs.json");
        KutengProcess bench = kuteng.command(
                        "bench",
                        "--modes=jobs",
                        "--clients=raw-best,kuteng",
                        "--sizes=16",
                        "--rounds=1",
                        "--messages=20",
                        "--json=" + json)
                .on(broker)
                .start();

        assertEquals(0, bench.awaitExit(PATIENCE), bench::toString);
        JsonNode cases = JsonMapper.shared().readTree(Files.readString(json)).get("cases");
        List<String> measured = new ArrayList<>();
        for (JsonNode each : cases) {
            measured.add("%s %d B, %d"
                    .formatted(
                            each.get("mode").asString(),
                            each.get("bytes").asInt(),
                            each.get("consumers").asInt()));
            assertTrue(each.get("failures").isEmpty(), each::toString);
            assertEquals(2, each.get("figures").size(), each::toString);
            each.get("figures")
                    .forEach(figure -> assertTrue(figure.get("median").asDouble() > 0, each::toString));
        }
        assertEquals(JOBS, measured);
    }
}
