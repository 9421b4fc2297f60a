package org.kuteng.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.rabbitmq.client.MessageProperties;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** More dead letters than memory. */
@OnRabbitMQ
class DeadCommandHeapIT {
    private static final String WORK = "of-the-heap-test";
    private static final int COUNT = 1_500;
    private static final int BODY_BYTES = 64 * 1024;

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    @Test
    void aHundredMegabytesPassThroughAHeapOfThirtyTwo(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client()) {
            client.declareDurable(WORK);
            client.declareDurable(WORK + ".dead");
            String body = "x".repeat(BODY_BYTES);
            client.channel().confirmSelect();
            for (int i = 0; i < COUNT; i++) {
                client.publishUnconfirmed(WORK + ".dead", i + body, MessageProperties.PERSISTENT_TEXT_PLAIN);
            }
            client.channel().waitForConfirmsOrDie(30_000);

            run(broker, "list", WORK);
            run(broker, "export", folder.resolve("letters").toString(), "--queue", WORK);
            assertEquals(COUNT, Files.lines(folder.resolve("letters")).count());
            run(broker, "replay", "--all", "--queue", WORK);
            assertEquals(COUNT, client.messages(WORK));
            run(broker, "import", folder.resolve("letters").toString());
            assertEquals(COUNT, client.messages(WORK + ".dead"));
            run(broker, "discard", "--all", "--yes", "--queue", WORK);
            assertEquals(0, client.messages(WORK + ".dead"));
        } finally {
            broker.deleteQueue(WORK);
            broker.deleteQueue(WORK + ".dead");
        }
    }

    private void run(TestBroker broker, String... arguments) {
        List<String> words = new ArrayList<>(List.of("dead"));
        words.addAll(List.of(arguments));
        KutengProcess process = kuteng.command(words.toArray(String[]::new))
                .on(broker)
                .jvm("-Xmx32m")
                .start();
        assertEquals(0, process.awaitExit(), process::toString);
    }
}
