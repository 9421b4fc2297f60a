package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** Messages that do not fit the heap together, or not even alone. */
@OnRabbitMQ
@Tag(OnRabbitMQ.ANY_VERSION)
class LargeMessagesRabbitMQIT {
    private static final String QUEUE = "large";
    private static final int MIB = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    @AfterEach
    void deleteQueues(TestBroker broker) {
        kuteng.killAll();
        WorkQueues.delete(broker, QUEUE);
    }

    @Test
    void aBacklogOfMoreThanTheHeapIsWorkedOnWithTheDefaultPrefetch(TestBroker broker) {
        int count = 400;
        try (PlainClient client = broker.client()) {
            client.declareDurable(QUEUE);
            for (int batch = 0; batch < count; batch += 20) {
                client.confirmed(() -> {
                    for (int i = 0; i < 20; i++) {
                        publish(client, new byte[MIB]);
                    }
                });
            }
            KutengProcess worker = run(broker, "-Xmx128m");

            await().atMost(PATIENCE).until(() -> worker.lines("done").size() == count);
            assertTrue(worker.lines("WARN|ERROR").isEmpty(), worker::toString);
            await().until(() -> broker.readyMessages(QUEUE) == 0);
        }
    }

    @Test
    void aBodyThatIsTooLargeIsBuriedAndOneThatCannotBeHeldStaysAndTheOthersAreDone(TestBroker broker) {
        try (PlainClient client = broker.client()) {
            client.declareDurable(QUEUE);
            client.confirmed(() -> {
                publish(client, new byte[15 * MIB]);
                publish(client, new byte[3 * MIB]);
                for (int i = 0; i < 20; i++) {
                    publish(client, "small".getBytes(StandardCharsets.UTF_8));
                }
            });
            KutengProcess worker = run(broker, "-Xmx40m", "--set", "kuteng.message.maxSize=2MiB");

            await().atMost(PATIENCE).until(() -> worker.lines("done").size() == 20);
            await().atMost(PATIENCE).until(() -> client.messages(QUEUE + ".dead") == 1);
            GetResponse letter = client.get(QUEUE + ".dead").orElseThrow();
            assertEquals(3 * MIB, letter.getBody().length);
            assertEquals(
                    "its body has 3145728 bytes, and kuteng.message.maxSize allows 2097152",
                    letter.getProps().getHeaders().get("kuteng-message").toString());
            assertEquals(
                    1,
                    worker.lines("ERROR queue 'large' has a message of 15728640 bytes")
                            .size());
            assertTrue(worker.lines("lost the connection").isEmpty(), worker::toString);

            worker.sigterm();
            assertEquals(143, worker.awaitExit());
            await().until(() -> broker.readyMessages(QUEUE) == 1);
        }
    }

    private KutengProcess run(TestBroker broker, String heap, String... arguments) {
        new RouteFolder(folder).file("large.camel.yaml", """
                - route:
                    id: large
                    from:
                      uri: spring-rabbitmq:default
                      parameters:
                        queues: large
                      steps:
                        - log:
                            message: "done"
                """);
        String[] all = new String[arguments.length + 3];
        all[0] = "run";
        all[1] = "--routes";
        all[2] = folder.toString();
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return kuteng.command(all).jvm(heap).on(broker).start();
    }

    private static void publish(PlainClient client, byte[] body) {
        try {
            client.channel().basicPublish("", QUEUE, com.rabbitmq.client.MessageProperties.PERSISTENT_BASIC, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
