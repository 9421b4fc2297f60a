package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
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
import org.kuteng.testing.TestBroker;

/** What a user sees of the shipped routes, with the program as a process and a broker elsewhere. */
abstract class ProgramBehaviour {
    static final String QUEUE = "of-the-program";
    static final String WAITING = "^[0-9:.]{12} kuteng        \\[\\*] Waiting for messages\\. To exit press CTRL\\+C$";

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    @AfterEach
    void deleteQueue(TestBroker broker) {
        kuteng.killAll();
        WorkQueues.delete(broker, QUEUE);
    }

    @Test
    void all101MessagesAreReceivedOnceAndBothConsumersGetTheirShare(TestBroker broker) {
        KutengProcess run = kuteng.command("run", "--set", "queue.name=" + QUEUE, "--set", "producer.period=10")
                .on(broker)
                .start();

        run.awaitLine(WAITING);
        OutputLine first = run.awaitLine("Received a message");
        System.out.printf("first message %d ms after the start%n", first.after().toMillis());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> run.lines("Received a message").size() >= 101);
        run.awaitLine("producer +100$");

        assertEquals(expected("Hello kuteng!"), texts(run.lines("Received a message"), ".*Received a message: "));
        assertEquals(expected(""), texts(run.lines(" producer +\\d+$"), ".* producer +"));
        int firsts = run.lines("^[0-9:.]{12} consumer-1 +Received").size();
        int seconds = run.lines("^[0-9:.]{12} consumer-2 +Received").size();
        assertEquals(101, firsts + seconds);
        assertTrue(Math.min(firsts, seconds) > 30, firsts + " and " + seconds);
        assertEquals(1, run.lines("Waiting for messages").size());
        assertEquals(0, run.lines("WARN|ERROR").size());
    }

    private static List<String> expected(String prefix) {
        return IntStream.rangeClosed(0, 100).mapToObj(i -> prefix + i).sorted().toList();
    }

    private static List<String> texts(List<OutputLine> lines, String prefix) {
        return lines.stream()
                .map(line -> line.text().replaceFirst(prefix, ""))
                .sorted()
                .toList();
    }

    static Stream<Arguments> signals() {
        Consumer<KutengProcess> interrupt = KutengProcess::sigint;
        Consumer<KutengProcess> terminate = KutengProcess::sigterm;
        return Stream.of(
                Arguments.of(Named.of("Ctrl+C", interrupt), 130), Arguments.of(Named.of("SIGTERM", terminate), 143));
    }

    @ParameterizedTest
    @MethodSource("signals")
    void toldToStopItEndsTheMessageInHandAndHandsTheRestBack(
            Consumer<KutengProcess> signal, int exitCode, TestBroker broker) {
        new RouteFolder(folder).worker("worker", QUEUE, 20, 500);
        KutengProcess run =
                kuteng.command("run", "--routes", folder.toString()).on(broker).start();
        run.awaitLine(WAITING);
        try (PlainClient client = broker.client()) {
            client.publish(QUEUE, "message ", 20);
        }
        run.awaitLine("begins message 0");

        signal.accept(run);

        assertEquals(exitCode, run.awaitExit());
        List<String> begun = texts(run.lines("begins"), ".*begins ");
        assertEquals(begun, texts(run.lines("has ended"), ".*has ended "));
        assertEquals(20 - begun.size(), broker.readyMessages(QUEUE));
        assertTrue(begun.size() <= 3, "begun although told to stop: " + begun);
        assertEquals(0, run.lines("WARN|ERROR").size(), run.toString());
    }

    @Test
    void aTextArrivesAsItWasWhateverThePlatformsCharset(TestBroker broker) {
        new RouteFolder(folder).producer("producer", QUEUE, "é中").worker("worker", QUEUE, 1, 0);
        KutengProcess run = kuteng.command("run", "producer", "--routes", folder.toString())
                .on(broker)
                .env("LC_ALL", "C")
                .jvm("-Dfile.encoding=ISO-8859-1")
                .start();
        run.awaitLine("has sent é中$");
        try (PlainClient client = broker.client()) {
            GetResponse message = client.get(QUEUE).orElseThrow();
            assertEquals("é中", new String(message.getBody(), StandardCharsets.UTF_8));
            client.publishUnconfirmed(QUEUE, "é中 from elsewhere", text(null));
        }
        KutengProcess worker = kuteng.command("run", "worker", "--routes", folder.toString())
                .on(broker)
                .env("LC_ALL", "C")
                .jvm("-Dfile.encoding=ISO-8859-1")
                .start();
        worker.awaitLine("has ended é中 from elsewhere$");
    }

    private static BasicProperties text(Integer deliveryMode) {
        return new BasicProperties.Builder()
                .contentType("text/plain")
                .deliveryMode(deliveryMode)
                .build();
    }

    @Test
    void withTheSimpleProfileAProducerWritesWhatTheOriginalWrote(TestBroker broker) throws Exception {
        try (WireTap wire = new WireTap(broker);
                PlainClient client = broker.client()) {
            client.declare(QUEUE, false, Map.of());
            KutengProcess run = simple(wire.uri(), "producer");
            run.awaitLine("producer +2$");

            await().until(() -> broker.readyMessages(QUEUE) == 3);
            for (int i = 0; i < 3; i++) {
                GetResponse message = client.get(QUEUE).orElseThrow();
                BasicProperties properties = message.getProps();
                assertEquals("Hello kuteng!" + i, new String(message.getBody(), StandardCharsets.UTF_8));
                assertEquals("text/plain", properties.getContentType());
                assertEquals(1, properties.getDeliveryMode());
                assertNull(properties.getMessageId());
                assertTrue(properties.getHeaders() == null
                        || properties.getHeaders().isEmpty());
            }
            assertFalse(wire.sawConfirmSelect());
            // the same queue again, with the same arguments
            client.declare(QUEUE, false, Map.of());
        }
    }

    @Test
    void withTheSimpleProfileAConsumerTakesWhatTheOriginalSendsAndAcknowledgesNothing(TestBroker broker)
            throws Exception {
        try (WireTap wire = new WireTap(broker);
                PlainClient client = broker.client()) {
            KutengProcess run = simple(wire.uri(), "consumer-1");
            run.awaitLine(WAITING);
            client.declare(QUEUE, false, Map.of());
            for (int i = 0; i < 3; i++) {
                client.publishUnconfirmed(QUEUE, "Hello from elsewhere!" + i, text(null));
            }
            run.awaitLine("consumer-1 +Received a message: Hello from elsewhere!2$");

            assertFalse(wire.sawAck());
            run.sigkill();
            run.awaitExit();
            await().until(() -> broker.consumerCount(QUEUE) == 0);
            assertEquals(0, broker.readyMessages(QUEUE));
        }
    }

    @Test
    void withoutAProfileMessagesAreConfirmedAndAcknowledged(TestBroker broker) throws Exception {
        try (WireTap wire = new WireTap(broker)) {
            KutengProcess run = kuteng.command("run", "--set", "queue.name=" + QUEUE, "--set", "producer.repeatCount=1")
                    .env("KUTENG_BROKER", wire.uri())
                    .start();
            run.awaitLine("producer +0$");
            run.awaitLine("Received a message: Hello kuteng!0");
            assertTrue(wire.sawConfirmSelect());
            await().until(wire::sawAck);
        }
    }

    /** The plain client takes part as the original programs do. */
    @Test
    void withTheSimpleProfileItSharesAQueueWithOtherPrograms(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client()) {
            client.declare(QUEUE, false, Map.of());
            KutengProcess run = simple(broker.uri(), "consumer-1", "consumer-2");
            run.awaitLine(WAITING);
            List<String> others = new CopyOnWriteArrayList<>();
            client.channel()
                    .basicConsume(
                            QUEUE,
                            true,
                            (tag, message) -> others.add(new String(message.getBody(), StandardCharsets.UTF_8)),
                            tag -> {});
            // one after another: without acknowledgements a broker may send a burst to whoever asked first
            for (int sent = 1;
                    sent <= 300
                            && (others.isEmpty()
                                    || run.lines("Received a message").isEmpty());
                    sent++) {
                client.publishUnconfirmed(QUEUE, "message " + sent, text(null));
                int all = sent;
                await().until(() ->
                        others.size() + run.lines("Received a message").size() == all);
            }
            assertFalse(others.isEmpty());
            assertFalse(run.lines("Received a message").isEmpty());
        }
    }

    private KutengProcess simple(String uri, String... routes) {
        Stream<String> options = Stream.of(
                "--profile",
                "simple",
                "--set",
                "queue.name=" + QUEUE,
                "--set",
                "producer.period=10",
                "--set",
                "producer.repeatCount=3");
        return kuteng.command(Stream.of(Stream.of("run"), Stream.of(routes), options)
                        .flatMap(words -> words)
                        .toArray(String[]::new))
                .env("KUTENG_BROKER", uri)
                .start();
    }
}
