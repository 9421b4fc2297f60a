package org.kuteng.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.impl.LongStringHelper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.testing.LogLines;
import org.slf4j.LoggerFactory;

class EmbeddedBrokerTest {

    private static EmbeddedBroker broker;
    private Connection connection;
    private Channel channel;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start(anyPort());
    }

    @AfterAll
    static void closeBroker() {
        broker.close();
    }

    @BeforeEach
    void connect() throws Exception {
        connection = PlainClient.connect(broker.port());
        channel = connection.createChannel();
    }

    @AfterEach
    void disconnect() {
        connection.abort();
    }

    @Test
    void listensOnLoopbackOnly() throws IOException {
        for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(network.getInetAddresses())) {
                if (!address.isLoopbackAddress()) {
                    assertThrows(IOException.class, () -> new Socket(address, broker.port()).close());
                }
            }
        }
    }

    @Test
    void takesAFreePortWhenTheWantedOneIsTakenAndAnotherWillDo() {
        try (EmbeddedBroker second = EmbeddedBroker.start(anyPort().withPort(broker.port()))) {
            assertNotEquals(broker.port(), second.port());
        }
    }

    @Test
    void saysWhichPortIsTakenWhenNoOtherWillDo() throws IOException {
        try (ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress(EmbeddedBroker.HOST, 0));
            var options = anyPort().withPort(other.getLocalPort()).withoutFallback();

            var failure = assertThrows(EmbeddedBrokerException.class, () -> EmbeddedBroker.start(options));

            assertEquals(
                    "port " + other.getLocalPort() + " on 127.0.0.1 is taken by another program:"
                            + " stop that program, or choose another port (kuteng.embedded.port)",
                    failure.getMessage());
        }
    }

    @Test
    void onlyListensWhenItIsToldToAndTakesAnotherPortAfterOneThatItCouldNotHave() throws Exception {
        QpidBroker made = QpidBroker.open(anyPort());
        try (ServerSocket other = new ServerSocket()) {
            assertTrue(made.port() <= 0, () -> "it listens on " + made.port());
            other.bind(new InetSocketAddress(EmbeddedBroker.HOST, 0));
            assertThrows(EmbeddedBrokerException.class, () -> made.listen(other.getLocalPort()));

            made.listen(EmbeddedBroker.ANY_PORT);

            PlainClient.connect(made.port()).close();
        } finally {
            made.close();
        }
    }

    @Test
    void isSilentAndLeavesNothingOnDisk() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        PrintStream stdout = System.out;
        PrintStream stderr = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        List<Path> before = filesThatCouldBeLeft();
        log.start();
        root.addAppender(log);
        System.setOut(new PrintStream(printed, true, UTF_8));
        System.setErr(System.out);
        try (EmbeddedBroker quiet = EmbeddedBroker.start(anyPort())) {
            PlainClient.connect(quiet.port()).close();
        } finally {
            System.setOut(stdout);
            System.setErr(stderr);
            root.detachAppender(log);
        }

        assertEquals(
                List.of(),
                log.list.stream()
                        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                        .toList());
        assertFalse(printed.toString(UTF_8).contains("BRK-"), printed.toString(UTF_8));
        assertEquals(before, filesThatCouldBeLeft());
    }

    @Test
    void leavesNoShutdownHookAndNoThreadBehind() {
        EmbeddedBroker closed = EmbeddedBroker.start(anyPort().withVirtualHost("gone"));
        closed.close();
        closed.close();

        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().contains("gone")));
    }

    @Test
    void takesUserPasswordAndVirtualHostAsTheyAre() throws Exception {
        var options = new EmbeddedBroker.Options(0, false, null, "ana", "pa${user.name}$$\"é", "a/b");
        try (EmbeddedBroker other = EmbeddedBroker.start(options)) {
            PlainClient.connect(other.port(), "ana", "pa${user.name}$$\"é", "a/b")
                    .close();
        }
        assertFalse(options.toString().contains("user.name"), "the password is printed");
    }

    @Test
    void refusesAWrongPassword() {
        assertThrows(IOException.class, () -> PlainClient.connect(broker.port(), "kuteng", "wrong", "kuteng"));
    }

    @Test
    void aMessageOfARetryQueueComesBackToTheWorkQueueUntouched() throws Exception {
        Date timestamp = new Date(1_700_000_000_000L);
        channel.queueDeclare("work", true, false, false, null);
        channel.queueDeclare("work.retry", true, false, false, retryAfter(Duration.ofMillis(50), "work"));
        BasicProperties sent = new BasicProperties.Builder()
                .messageId("id-1")
                .contentType("text/plain")
                .contentEncoding("UTF-8")
                .correlationId("c")
                .deliveryMode(2)
                .timestamp(timestamp)
                .headers(Map.of("attempt", 2, "cause", "é", "nested", Map.of("a", List.of(1, "b"))))
                .build();
        channel.basicPublish("", "work.retry", sent, "Hello é!".getBytes(UTF_8));

        GetResponse back = await().until(() -> channel.basicGet("work", true), response -> response != null);

        BasicProperties got = back.getProps();
        assertEquals("Hello é!", new String(back.getBody(), UTF_8));
        assertEquals("id-1", got.getMessageId());
        assertEquals("text/plain", got.getContentType());
        assertEquals("UTF-8", got.getContentEncoding());
        assertEquals("c", got.getCorrelationId());
        assertEquals(2, got.getDeliveryMode());
        assertEquals(timestamp, got.getTimestamp());
        assertEquals(Map.of("a", List.of(1, "b")).toString(), PlainClient.text(got.getHeaders(), "nested"));
        assertEquals("2", PlainClient.text(got.getHeaders(), "attempt"));
        assertEquals("é", PlainClient.text(got.getHeaders(), "cause"));
        assertEquals(3, got.getHeaders().size());
        assertFalse(back.getEnvelope().isRedeliver());
    }

    @Test
    void headersThatItCannotReadItselfAreForTheReceiverToRead() throws Exception {
        channel.queueDeclare("unread", true, false, false, null);
        channel.queueDeclare("unread.retry", true, false, false, retryAfter(Duration.ofMillis(50), "unread"));
        List<Map<String, Object>> unreadable = List.of(
                Map.of("table", Map.of()),
                Map.of("", 1),
                Map.of("text", LongStringHelper.asLongString(new byte[] {(byte) 0xff})));
        for (Map<String, Object> headers : unreadable) {
            channel.basicPublish("", "unread.retry", properties(headers), new byte[0]);
        }
        await().until(() -> channel.messageCount("unread.retry") == 0);
        assertEquals(unreadable.size(), channel.messageCount("unread"));

        // it has looked for expired messages twice
        for (int looks = 0; looks < 2; looks++) {
            channel.basicPublish("", "unread.retry", null, new byte[0]);
            await().until(() -> channel.messageCount("unread.retry") == 0);
        }

        for (Map<String, Object> headers : unreadable) {
            assertEquals(headers, channel.basicGet("unread", true).getProps().getHeaders());
        }
    }

    private static BasicProperties properties(Map<String, Object> headers) {
        return new BasicProperties.Builder().headers(headers).build();
    }

    @Test
    void aMessageRejectedWithoutRequeueGoesToTheDeadLetterQueue() throws Exception {
        channel.queueDeclare("a.dead", true, false, false, null);
        channel.queueDeclare("a", true, false, false, EmbeddedArguments.translate(deadLetterTo("a.dead")));
        channel.basicPublish("", "a", null, new byte[0]);
        long tag = channel.basicGet("a", false).getEnvelope().getDeliveryTag();

        channel.basicNack(tag, false, false);

        await().until(() -> channel.messageCount("a") == 0 && channel.messageCount("a.dead") == 1);
    }

    @Test
    void aConsumerThatIsKilledAgainAndAgainLosesNoMessage() throws Exception {
        channel.queueDeclare("crashes", true, false, false, null);
        channel.basicPublish("", "crashes", null, new byte[0]);
        for (int crash = 0; crash < 3; crash++) {
            Connection worker = PlainClient.connect(broker.port());
            Channel of = worker.createChannel();
            await().until(() -> of.basicGet("crashes", false) != null);
            worker.abort();
        }

        GetResponse survivor = await().until(() -> channel.basicGet("crashes", true), response -> response != null);
        assertTrue(survivor.getEnvelope().isRedeliver());
    }

    @Test
    void prioritiesAreKeptApartDownToZero() throws Exception {
        channel.queueDeclare("p", false, false, false, EmbeddedArguments.translate(Map.of("x-max-priority", 5)));
        for (int priority : new int[] {0, 2, 1, 5}) {
            channel.basicPublish(
                    "", "p", new BasicProperties.Builder().priority(priority).build(), new byte[] {(byte) priority});
        }

        assertEquals(List.of(5, 2, 1, 0), PlainClient.drain(channel, "p"));
    }

    @Test
    void aFullQueueRefusesOrDropsAsRabbitMqDoes() throws Exception {
        Map<String, Object> dropping = Map.of("x-max-length", 2);
        Map<String, Object> refusing = Map.of("x-max-length", 2, "x-overflow", "reject-publish");
        channel.queueDeclare("drops", false, false, false, EmbeddedArguments.translate(dropping));
        channel.queueDeclare("refuses", false, false, false, EmbeddedArguments.translate(refusing));
        for (byte n = 0; n < 4; n++) {
            channel.basicPublish("", "drops", null, new byte[] {n});
            channel.basicPublish("", "refuses", true, null, new byte[] {n});
        }

        assertEquals(List.of(2, 3), PlainClient.drain(channel, "drops"));
        assertEquals(List.of(0, 1), PlainClient.drain(channel, "refuses"));
    }

    private static EmbeddedBroker.Options anyPort() {
        return EmbeddedBroker.Options.defaults().withPort(EmbeddedBroker.ANY_PORT);
    }

    private static Map<String, Object> deadLetterTo(String queue) {
        return Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", queue);
    }

    private static Map<String, Object> retryAfter(Duration delay, String queue) {
        return EmbeddedArguments.translate(Map.of(
                "x-message-ttl", delay.toMillis(), "x-dead-letter-exchange", "", "x-dead-letter-routing-key", queue));
    }

    private static List<Path> filesThatCouldBeLeft() throws IOException {
        try (Stream<Path> work = Files.list(Path.of(""));
                Stream<Path> temporary = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return Stream.concat(work, temporary)
                    .filter(path -> path.toString().matches(".*(?i)(qpid|kuteng-|work).*"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aStoreFolderThatIsAFileIsRefused(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertStoreRefused(file, "store folder " + file + " is a file: name a folder, or a new one to be made");
    }

    @Test
    void aStoreFolderUnderAFileIsRefused(@TempDir Path folder) throws IOException {
        Path impossible = Files.createFile(folder.resolve("file")).resolve("store");

        assertStoreRefused(
                impossible,
                "store folder " + impossible
                        + " is not writable: give this user the right to write it, or name another folder");
    }

    @Test
    void aStoreFolderInUseIsRefused(@TempDir Path folder) {
        StoreFolder held = StoreFolder.claim(folder);
        try {
            assertStoreRefused(
                    folder,
                    "store folder " + folder + " is in use by another kuteng: stop that one, or name another folder");
        } finally {
            held.release();
        }
    }

    @Test
    void aStoreOnADiskThatIsNearlyFullIsRefused(@TempDir Path folder) throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace();
        long moreThanThereIs = free + (1L << 40);

        var failure = assertThrows(EmbeddedBrokerException.class, () -> StoreFolder.claim(folder, moreThanThereIs));

        assertTrue(
                failure.getMessage()
                        .matches("store folder " + folder + " has \\d+ MB left on its disk and needs "
                                + (moreThanThereIs >> 20) + " MB: make room, or name another folder"),
                failure.getMessage());
        StoreFolder.claim(folder).release();
    }

    private static void assertStoreRefused(Path folder, String message) {
        var failure = assertThrows(
                EmbeddedBrokerException.class,
                () -> EmbeddedBroker.start(anyPort().withStore(folder)));
        assertEquals(message, failure.getMessage());
    }

    @Test
    void argumentsThatItDoesNotHaveAreNamedOnce() {
        QueueDefinition queue =
                Queues.work("with-arguments", QueueType.QUORUM, Map.of("x-expires", 60_000, "x-max-age", "1h"));
        try (LogLines log = LogLines.of("kuteng.broker")) {
            declare(queue);
            declare(queue);

            assertEquals(
                    List.of("WARN queue 'with-arguments': the embedded broker does not have x-expires, x-max-age; they"
                            + " have no effect here"),
                    log.lines());
        }
    }

    @Test
    void anArgumentThatWouldLoseMessagesIsAFaultThatAPersonHasToMend() {
        QueueDefinition queue = Queues.work("stream", QueueType.DURABLE, Map.of("x-queue-type", "stream"));

        BrokerException failure = assertThrows(BrokerException.class, () -> declare(queue));

        assertTrue(failure.needsPerson());
        assertEquals(
                "cannot declare queue 'stream': queue argument x-queue-type=stream cannot be used on the embedded"
                        + " broker: use classic or quorum, or run on RabbitMQ",
                failure.getMessage());
    }

    private void declare(QueueDefinition queue) {
        new Topology(List.of(), List.of(queue), List.of()).declare(connection);
    }

    @Test
    void aQueueThatOthersLeadToCanBeDeletedAndDeclaredAgain() throws Exception {
        channel.queueDeclare("target", true, false, false, null);
        channel.queueDeclare("target.retry", true, false, false, retryAfter(Duration.ofSeconds(1), "target"));

        channel.basicPublish("", "target", null, new byte[0]);
        await().until(() -> channel.messageCount("target") == 1);
        assertEquals(1, channel.queueDelete("target").getMessageCount());
        assertThrows(IOException.class, () -> channel.queueDeclarePassive("target"));

        connect();
        channel.basicPublish("", "target.retry", null, new byte[] {7});
        channel.queueDeclare("target", true, false, false, null);
        await().until(() -> channel.messageCount("target.retry") == 0);
        assertEquals(List.of(7), PlainClient.drain(channel, "target"));
    }

    @Test
    void whatComesWhileItsQueueIsNotThereGoesToTheDeadLetters() throws Exception {
        channel.queueDeclare("gone", true, false, false, null);
        channel.queueDeclare("gone.dead", true, false, false, null);
        channel.queueDeclare("gone.retry", true, false, false, retryAfter(Duration.ofMillis(1), "gone"));
        channel.queueDelete("gone");
        try (LogLines log = LogLines.of("kuteng.broker")) {
            channel.basicPublish("", "gone.retry", null, new byte[] {7});
            channel.basicPublish("", "gone.retry", null, new byte[] {8});

            await().until(() -> channel.messageCount("gone.dead") == 2);
            channel.queueDelete("gone.dead");
            channel.basicPublish("", "gone.retry", null, new byte[] {9});
            await().until(() -> channel.messageCount("gone.retry") == 0);
            assertEquals(
                    List.of("WARN queue 'gone' is not there; what comes from 'gone.retry' goes to 'gone.dead'"),
                    log.lines());
        }
    }

    @Test
    void aRetryComesBackToAQueueThatIsFull() throws Exception {
        Map<String, Object> full = Map.of("x-max-length", 1, "x-overflow", "reject-publish");
        channel.queueDeclare("full", true, false, false, EmbeddedArguments.translate(full));
        channel.queueDeclare("full.retry", true, false, false, retryAfter(Duration.ofMillis(1), "full"));
        channel.basicPublish("", "full", null, new byte[] {1});
        channel.basicPublish("", "full.retry", null, new byte[] {2});

        await().until(() -> channel.messageCount("full.retry") == 0);
        assertEquals(List.of(1, 2), PlainClient.drain(channel, "full"));
    }

    @Test
    void aRetryThatWaitedLongerThanItMayLiveInItsQueueComesBackToIt() throws Exception {
        Duration delay = Duration.ofSeconds(2);
        channel.queueDeclare(
                "short",
                true,
                false,
                false,
                EmbeddedArguments.translate(Map.of("x-message-ttl", delay.toMillis() / 2)));
        channel.queueDeclare("short.retry", true, false, false, retryAfter(delay, "short"));
        CompletableFuture<byte[]> back = new CompletableFuture<>();
        channel.basicConsume("short", true, (tag, message) -> back.complete(message.getBody()), tag -> {});

        channel.basicPublish("", "short.retry", null, "m".getBytes(UTF_8));

        assertArrayEquals("m".getBytes(UTF_8), back.get(10, TimeUnit.SECONDS));
    }

    @Test
    void whoseTurnItIsTakesOverFromASingleActiveConsumer() throws Exception {
        channel.queueDeclare(
                "single", true, false, false, EmbeddedArguments.translate(Map.of("x-single-active-consumer", true)));
        BlockingQueue<Long> first = new LinkedBlockingQueue<>();
        BlockingQueue<Long> second = new LinkedBlockingQueue<>();
        Connection other = PlainClient.connect(broker.port());
        Channel standby = other.createChannel();
        channel.basicQos(1);
        standby.basicQos(1);
        String active = channel.basicConsume(
                "single",
                false,
                (tag, message) -> first.add(message.getEnvelope().getDeliveryTag()),
                tag -> {});
        standby.basicConsume(
                "single",
                false,
                (tag, message) -> second.add(message.getEnvelope().getDeliveryTag()),
                tag -> {});
        for (int i = 0; i < 10; i++) {
            standby.basicPublish("", "single", null, "m".getBytes(UTF_8));
        }
        long inHand = first.poll(10, TimeUnit.SECONDS);

        channel.basicCancel(active);
        channel.basicAck(inHand, false);

        assertNotNull(second.poll(10, TimeUnit.SECONDS));
        other.abort();
    }

    @Test
    void whatIsAcknowledgedMakesRoomAtOnceHoweverManyAreInHand() throws Exception {
        int many = 200;
        channel.queueDeclare("many", true, false, false, null);
        channel.basicQos(many);
        BlockingQueue<Long> inHand = new LinkedBlockingQueue<>();
        channel.basicConsume(
                "many",
                false,
                (tag, message) -> inHand.add(message.getEnvelope().getDeliveryTag()),
                tag -> {});
        for (int i = 0; i < many + 1; i++) {
            channel.basicPublish("", "many", null, "m".getBytes(UTF_8));
        }
        await().until(() -> inHand.size() == many);

        channel.basicAck(1, false);

        await().until(() -> inHand.size() == many + 1);
    }

    @Test
    void whoSendsToOneQueueDoesNotWaitForAnotherThatItsMessagesExpireInto() throws Exception {
        int messages = 20_000;
        channel.queueDeclare(
                "narrow",
                true,
                false,
                false,
                Map.of("maximumQueueDepthMessages", 1, "overflowPolicy", "PRODUCER_FLOW_CONTROL"));
        channel.queueDeclare("wide", true, false, false, retryAfter(Duration.ofMillis(5), "narrow"));
        AtomicInteger taken = new AtomicInteger();
        channel.basicQos(1);
        channel.basicConsume(
                "wide",
                false,
                (tag, message) -> {
                    taken.incrementAndGet();
                    channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
                },
                tag -> {});
        try (Connection other = PlainClient.connect(broker.port())) {
            Channel sending = other.createChannel();
            sending.confirmSelect();
            CompletableFuture<Void> sent = CompletableFuture.runAsync(
                    () -> {
                        try {
                            for (int i = 1; i <= messages; i++) {
                                sending.basicPublish(
                                        "", "wide", MessageProperties.PERSISTENT_TEXT_PLAIN, "m".getBytes(UTF_8));
                                if (i % 200 == 0) {
                                    sending.waitForConfirms();
                                }
                            }
                        } catch (IOException | InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    task -> new Thread(task).start());

            sent.get(30, TimeUnit.SECONDS);

            Channel asking = other.createChannel();
            await().until(() -> taken.get() + asking.messageCount("narrow") + asking.messageCount("wide") >= messages);
        }
    }

    @Test
    void itTellsWhichMessagesEndWithIt() throws Exception {
        try (EmbeddedBroker own = EmbeddedBroker.start(anyPort())) {
            // ends with its broker
            Channel of = PlainClient.connect(own.port()).createChannel();
            of.queueDeclare("b", true, false, false, null);
            of.queueDeclare("a", false, false, false, null);
            of.queueDeclare("of-a-client", false, true, true, null);
            of.queueDeclare("empty", true, false, false, null);
            of.confirmSelect();
            for (String queue : List.of("a", "b", "b", "of-a-client")) {
                of.basicPublish("", queue, MessageProperties.PERSISTENT_BASIC, new byte[0]);
            }
            of.waitForConfirmsOrDie();
            of.basicGet("b", false);

            assertEquals(Map.of("a", 1L, "b", 2L), own.endingWithIt());
            own.close();
            assertEquals(Map.of(), own.endingWithIt());
        }
    }
}
