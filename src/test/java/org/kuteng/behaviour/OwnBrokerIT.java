package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OutputLine;
import org.kuteng.testing.PlainClient;

/** The program with the broker that it brings along. */
class OwnBrokerIT {
    private static final Pattern ADDRESS = Pattern.compile("embedded broker on 127\\.0\\.0\\.1:(\\d+)");

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    @Test
    void withNothingConfiguredItRunsOnABrokerOfItsOwn() {
        KutengProcess run = kuteng.command("run", "--set", "kuteng.embedded.port=0", "--set", "producer.period=10")
                .start();
        run.awaitLine(ProgramBehaviour.WAITING);
        OutputLine first = run.awaitLine("Received a message");
        System.out.printf(
                "embedded: first message %d ms after the start%n", first.after().toMillis());
        await().until(() -> run.lines("Received a message").size() == 101);

        run.sigint();
        assertEquals(130, run.awaitExit(Duration.ofSeconds(5)));
    }

    @Test
    void fourProcessesShareOneBroker() {
        KutengProcess broker = kuteng.command("broker", "--port", "0").start();
        String uri = "amqp://kuteng:kuteng@127.0.0.1:" + port(broker) + "/kuteng";
        broker.awaitLine("^To use it: KUTENG_BROKER=" + Pattern.quote(uri) + " ./kuteng run$");
        KutengProcess first = run(uri, "consumer-1");
        KutengProcess second = run(uri, "consumer-2");
        first.awaitLine(ProgramBehaviour.WAITING);
        second.awaitLine(ProgramBehaviour.WAITING);

        KutengProcess producer = run(uri, "producer");
        producer.awaitLine("producer +100$");
        List<OutputLine> received = new ArrayList<>();
        await().until(() -> {
            received.clear();
            received.addAll(first.lines("consumer-1 +Received"));
            received.addAll(second.lines("consumer-2 +Received"));
            return received.size() >= 101;
        });
        assertEquals(
                101,
                received.stream()
                        .map(line -> line.text().replaceFirst(".*Received a message: ", ""))
                        .distinct()
                        .count());
        assertEquals(101, received.size());
        assertEquals(0, producer.lines("Waiting for messages").size());

        broker.sigterm();
        assertEquals(143, broker.awaitExit());
        first.awaitLine("WARN broker at 127.0.0.1:\\d+ is not reachable \\(connection refused\\); trying again");
    }

    private KutengProcess run(String uri, String route) {
        return kuteng.command("run", route, "--set", "producer.period=10")
                .env("KUTENG_BROKER", uri)
                .start();
    }

    private static int port(KutengProcess process) {
        Matcher m = ADDRESS.matcher(process.awaitLine(ADDRESS.pattern()).text());
        assertTrue(m.find());
        return Integer.parseInt(m.group(1));
    }

    @Test
    void withAStoreFolderMessagesSurviveAKill() {
        String store = "kuteng.embedded.store=" + folder;
        KutengProcess producer = kuteng.command(
                        "run",
                        "producer",
                        "--set",
                        store,
                        "--set",
                        "kuteng.embedded.port=0",
                        "--set",
                        "producer.period=1",
                        "--set",
                        "producer.repeatCount=50")
                .start();
        await().until(() -> producer.lines(" producer +\\d+$").size() == 50);
        producer.sigkill();
        producer.awaitExit();

        KutengProcess worker = kuteng.command("run", "consumer-1", "--set", store, "--set", "kuteng.embedded.port=0")
                .start();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> worker.lines("Received a message").size() >= 50);
        assertEquals(
                IntStream.range(0, 50)
                        .mapToObj(i -> "Received a message: Hello kuteng!" + i)
                        .toList(),
                worker.lines("Received a message").stream()
                        .map(line -> line.text().substring(line.text().indexOf("Received")))
                        .toList());
    }

    @Test
    void aBrokerInMemorySaysWhichMessagesEndWithIt() {
        KutengProcess broker = kuteng.command("broker", "--port", "0").start();
        try (PlainClient client = PlainClient.connect("amqp://kuteng:kuteng@127.0.0.1:" + port(broker) + "/kuteng")) {
            client.declareDurable("orders");
            client.declareDurable("orders.dead");
            client.publish("orders", "message ", 11);
            client.publish("orders.dead", "message ", 1);
        }
        broker.sigterm();
        assertEquals(143, broker.awaitExit());
        assertEquals(
                List.of(
                        "broker       WARN the embedded broker ends, and with it 12 messages (orders 11, orders.dead 1) that"
                                + " it held in memory; kuteng.embedded.store=FOLDER keeps them"),
                losses(broker));
    }

    @Test
    void aRunOnABrokerInMemorySaysWhichMessagesEndWithIt() {
        KutengProcess run = kuteng.command(
                        "run",
                        "producer",
                        "--set",
                        "kuteng.embedded.port=0",
                        "--set",
                        "producer.period=1",
                        "--set",
                        "producer.repeatCount=50")
                .start();
        await().until(() -> run.lines(" producer +\\d+$").size() == 50);
        run.sigterm();
        assertEquals(143, run.awaitExit());
        assertEquals(
                List.of(
                        "broker       WARN the embedded broker ends, and with it 50 messages (kuteng 50) that it held in"
                                + " memory; kuteng.embedded.store=FOLDER keeps them"),
                losses(run));
    }

    @Test
    void aBrokerWithAStoreThatKeepsAllMessagesSaysNothing() {
        KutengProcess broker = kuteng.command("broker", "--port", "0", "--store", folder.toString())
                .start();
        try (PlainClient client = PlainClient.connect("amqp://kuteng:kuteng@127.0.0.1:" + port(broker) + "/kuteng")) {
            client.declareDurable("orders");
            client.publish("orders", "message ", 11);
        }
        broker.sigterm();
        assertEquals(143, broker.awaitExit());
        assertEquals(List.of(), losses(broker));
    }

    private static List<String> losses(KutengProcess process) {
        return process.lines("the embedded broker ends").stream()
                .map(line -> line.text().replaceFirst("^\\S+ ", ""))
                .toList();
    }

    @Test
    void theEmbeddedBrokerListensOnLoopbackOnly() throws IOException {
        int port = port(kuteng.command("broker", "--port", "0").start());
        assertTrue(accepts(InetAddress.getByName("127.0.0.1"), port));
        for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(network.getInetAddresses())) {
                if (!address.getHostAddress().equals("127.0.0.1")) {
                    assertFalse(accepts(address, port), address + " is open");
                }
            }
        }
        assertFalse(accepts(InetAddress.getByName("127.0.0.2"), port));
    }

    private static boolean accepts(InetAddress address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 2_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void runTakesAFreePortWhenTheWantedOneIsTakenAndSaysSo() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int wanted = taken.getLocalPort();
            KutengProcess run = kuteng.command("run", "--set", "kuteng.embedded.port=" + wanted)
                    .start();
            run.awaitLine("embedded broker on 127\\.0\\.0\\.1:\\d+ \\(in memory; port " + wanted + " was taken\\)$");
            run.awaitLine(ProgramBehaviour.WAITING);
        }
    }
}
