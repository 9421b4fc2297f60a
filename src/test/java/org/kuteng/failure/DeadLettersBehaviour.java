package org.kuteng.failure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.ConnectionSettings;
import org.kuteng.broker.QueueType;
import org.kuteng.broker.Queues;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBroker;

/** What can be done with dead letters; the same on every broker. */
abstract class DeadLettersBehaviour {
    private static final String WORK = "of-the-dead-letters-test";
    private static final String DEAD = Queues.deadName(WORK);
    private static final Progress SILENT = (looked, total, done) -> {};

    private TestBroker broker;
    private PlainClient client;
    private DeadLetters letters;

    @TempDir
    Path folder;

    @BeforeEach
    void setUp(TestBroker testBroker) {
        broker = testBroker;
        client = broker.client();
        client.declareDurable(WORK);
        client.declareDurable(DEAD);
        letters = letters(100);
    }

    private DeadLetters letters(int window) {
        Broker there = new Broker(ConnectionSettings.of(BrokerUri.parse(broker.uri())));
        return new DeadLetters(there, window, Duration.ofSeconds(10));
    }

    private static DeadLetters letters(String uri) {
        return new DeadLetters(new Broker(ConnectionSettings.of(BrokerUri.parse(uri))), 100, Duration.ofSeconds(10));
    }

    @AfterEach
    void tearDown() {
        for (String queue : List.of(WORK, DEAD)) {
            // the embedded broker refuses to delete what is not there
            client.declareDurable(queue);
            client.delete(queue);
        }
        client.close();
    }

    private void bury(String id, String cause) {
        client.confirmed(() -> client.publishUnconfirmed(
                DEAD, "body of " + id, buried(id, cause).build()));
    }

    private BasicProperties.Builder buried(String id, String cause) {
        Map<String, Object> headers = new HashMap<>();
        headers.put(FailureHeaders.DEAD_ID, id);
        headers.put(FailureHeaders.QUEUE, WORK);
        headers.put(FailureHeaders.ROUTE, "worker");
        headers.put(FailureHeaders.ATTEMPTS, 3);
        headers.put(FailureHeaders.LAST_FAILURE, "2026-01-31T12:00:00Z");
        headers.put(FailureHeaders.EXCEPTION, "java.lang.IllegalStateException");
        headers.put(FailureHeaders.MESSAGE, cause);
        headers.put("tenant", "acme");
        return new BasicProperties.Builder()
                .deliveryMode(2)
                .contentType("text/plain")
                .headers(headers);
    }

    private List<DeadLetter> listed() throws Exception {
        List<DeadLetter> listed = new ArrayList<>();
        letters.browse(DEAD, letter -> listed.add(letter));
        return listed;
    }

    private List<String> listedIds() throws Exception {
        return listed().stream().map(DeadLetter::id).toList();
    }

    private Replay.Outcome replay(Predicate<DeadLetter> wanted) throws Exception {
        Replay.Outcome outcome = letters.replay().run(DEAD, wanted, SILENT);
        assertEquals(null, outcome.failure());
        return outcome;
    }

    @Test
    void aListingShowsTheirStoryAndLeavesThemInOrder() throws Exception {
        bury("first", "no such order");
        bury("second", "no such customer");

        for (int i = 0; i < 5; i++) {
            assertEquals(List.of("first", "second"), listedIds(), "listing " + i);
        }
        DeadLetter letter = listed().get(0);
        assertEquals("worker", letter.route().orElseThrow());
        assertEquals(3, letter.attempts().orElseThrow());
        assertEquals("IllegalStateException: no such order", letter.cause().text());
        assertEquals(WORK, letter.workQueue());
    }

    @Test
    void aMessageThatNobodyBuriedIsListedToo() throws Exception {
        client.confirmed(() -> {
            client.publishUnconfirmed(
                    DEAD,
                    "by hand",
                    new BasicProperties.Builder().messageId("order-1").build());
            client.publishUnconfirmed(DEAD, "by hand, too", new BasicProperties());
        });

        List<DeadLetter> listed = listed();
        assertEquals("order-1", listed.get(0).id());
        assertEquals(listedIds(), listed.stream().map(DeadLetter::id).toList(), "the same ids every time");
        assertEquals("unknown", listed.get(1).cause().text());
        assertEquals(WORK, listed.get(1).workQueue());
    }

    @Test
    void aReplayedMessageIsWhatItWasBeforeItFailed() throws Exception {
        bury("first", "no such order");

        assertEquals(1, replay(letter -> true).replayed());

        GetResponse again = client.get(WORK).orElseThrow();
        assertEquals("body of first", new String(again.getBody(), StandardCharsets.UTF_8));
        assertEquals("{tenant=acme}", again.getProps().getHeaders().toString());
        assertEquals("text/plain", again.getProps().getContentType());
        assertEquals(2, again.getProps().getDeliveryMode());
        assertEquals(List.of(), listedIds());
    }

    @Test
    void someAreReplayedAndTheOthersStay() throws Exception {
        bury("first", "no such order");
        bury("second", "no such customer");
        bury("third", "no such order");

        Replay.Outcome outcome = replay(letter -> letter.cause().contains("NO SUCH ORDER"));

        assertEquals(2, outcome.replayed());
        assertEquals(1, outcome.left());
        assertEquals(List.of("second"), listedIds());
        assertEquals(2, client.messages(WORK));
    }

    @Test
    void moreThanTheWindowAreReplayedInOrder() throws Exception {
        letters = letters(7);
        client.confirmed(() -> {
            for (int i = 0; i < 500; i++) {
                client.publishUnconfirmed(
                        DEAD, "message " + i, buried("id" + i, "no").build());
            }
        });

        assertEquals(500, replay(letter -> true).replayed());

        for (int i = 0; i < 500; i++) {
            assertEquals("message " + i, client.getText(WORK).orElseThrow());
        }
        assertEquals(List.of(), listedIds());
    }

    @Test
    void whatIsBuriedDuringAReplayIsNotReplayedByIt() throws Exception {
        bury("first", "no such order");

        replay(letter -> {
            bury("second", "again");
            return true;
        });

        assertEquals(List.of("second"), listedIds());
    }

    @Test
    void aReplayToAQueueThatIsGoneLosesNothingAndNamesIt() throws Exception {
        bury("first", "no such order");
        client.delete(WORK);

        Replay.Outcome outcome = letters.replay().run(DEAD, letter -> true, SILENT);

        assertTrue(outcome.failure().getMessage().contains("'" + WORK + "', which does not exist"), outcome::toString);
        assertEquals(0, outcome.replayed());
        assertEquals(List.of("first"), listedIds());
    }

    @Test
    void aReplayWhoseQueueIsDeletedMeanwhileLosesNothing() throws Exception {
        bury("first", "no such order");
        bury("second", "no such order");

        Replay.Outcome outcome = letters.replay()
                .run(
                        DEAD,
                        letter -> {
                            if (letter.id().equals("second")) {
                                client.delete(WORK);
                            }
                            return true;
                        },
                        SILENT);

        assertFalse(outcome.failure() == null, outcome::toString);
        assertTrue(listedIds().contains("second"), () -> "after " + outcome);
    }

    @Test
    void aReplayThatIsToldToStopReplaysNoMore() throws Exception {
        for (int i = 0; i < 10; i++) {
            bury("id" + i, "no such order");
        }
        Replay replay = letters.replay();

        Replay.Outcome outcome = replay.run(
                DEAD,
                letter -> {
                    if (letter.id().equals("id5")) {
                        replay.stop();
                    }
                    return true;
                },
                SILENT);

        assertTrue(outcome.stopped());
        assertEquals(5, outcome.replayed());
        assertEquals(0, outcome.perhapsTwice());
        assertEquals(5, listedIds().size());
        assertEquals(5, client.messages(WORK));
    }

    @Test
    void aSlowBrokerShowsAllOfThem() throws Exception {
        bury("first", "no such order");
        bury("second", "no such order");
        try (TcpProxy slow = TcpProxy.to(broker)) {
            slow.delay(Duration.ofMillis(600));

            DeadLetters.Browsed browsed = letters(slow.uri()).browse(DEAD, letter -> true);

            assertEquals(new DeadLetters.Browsed(2, 2), browsed);
        }
    }

    @Test
    void aBrokerThatPausesInTheMiddleShowsAllOfThem() throws Exception {
        int count = 2_000;
        client.confirmed(() -> {
            for (int i = 0; i < count; i++) {
                client.publishUnconfirmed(
                        DEAD,
                        "x".repeat(1_000),
                        buried("id" + i, "no such order").build());
            }
        });
        ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
        try (TcpProxy pausing = TcpProxy.to(broker)) {
            AtomicInteger seen = new AtomicInteger();

            DeadLetters.Browsed browsed = letters(pausing.uri()).browse(DEAD, letter -> {
                if (seen.incrementAndGet() == 10) {
                    pausing.freeze();
                    later.schedule(pausing::thaw, 1_800, TimeUnit.MILLISECONDS);
                }
                return true;
            });

            assertEquals(new DeadLetters.Browsed(count, count), browsed);
        } finally {
            later.shutdownNow();
        }
    }

    @Test
    void thoseThatAnotherClientHasInHandAreNotWaitedFor() throws Exception {
        bury("first", "no such order");
        bury("second", "no such order");
        bury("third", "no such order");
        client.channel().basicGet(DEAD, false);
        List<String> seen = new ArrayList<>();

        DeadLetters.Browsed browsed = letters.browse(DEAD, letter -> seen.add(letter.id()));

        assertEquals(List.of("second", "third"), seen);
        // RabbitMQ counts only those that are there for the taking
        assertTrue(browsed.expected() == 2 || browsed.expected() == 3, browsed::toString);
    }

    @Test
    void theBooksOfABrokerAreNeitherReplayedNorImported() throws Exception {
        Map<String, Object> death =
                Map.of("reason", "expired", "queue", "orders", "time", new Date(1_700_000_000_000L));
        BasicProperties properties = new BasicProperties.Builder()
                .headers(Map.of("x-death", List.of(death), "tenant", "acme", "CC", List.of("admin")))
                .build();
        client.confirmed(() -> client.publishUnconfirmed(DEAD, "expired", properties));
        DeadLetter before = listed().get(0);
        assertEquals(
                "the broker put it here: expired in queue 'orders'",
                before.cause().text());
        Path file = folder.resolve("letters.jsonl");
        try (Export export = letters.export(file)) {
            export.add(DEAD);
            export.finish();
        }

        assertEquals(1, replay(letter -> true).replayed());

        assertEquals(
                "{tenant=acme}",
                client.get(WORK).orElseThrow().getProps().getHeaders().toString());
        letters.importing().run(file, null, QueueType.DURABLE, SILENT);
        DeadLetter after = listed().get(0);
        assertEquals(before.id(), after.id());
        assertEquals(before.cause(), after.cause());
        assertEquals(before.lastFailure(), after.lastFailure());
        assertEquals("expired in queue 'orders'", after.brokerNote().orElseThrow());
        assertFalse(after.properties().getHeaders().containsKey("x-death"));
        assertFalse(after.properties().getHeaders().containsKey("CC"));
    }

    @Test
    void whatAStrangerPutThereIsShownAsFarAsItIsValid() throws Exception {
        Object deep = "x";
        for (int i = 0; i < 25; i++) {
            deep = List.of(deep);
        }
        BasicProperties properties = new BasicProperties.Builder()
                .messageId("red\u001b[31m")
                .headers(Map.of(
                        FailureHeaders.ATTEMPTS,
                        -5,
                        FailureHeaders.QUEUE,
                        "admin",
                        FailureHeaders.LAST_FAILURE,
                        "yesterday",
                        FailureHeaders.DEAD_ID,
                        "two\nlines",
                        FailureHeaders.MESSAGE,
                        "x".repeat(50_000),
                        "deep",
                        deep))
                .build();
        client.confirmed(() -> client.publishUnconfirmed(DEAD, "strange", properties));

        DeadLetter letter = listed().get(0);

        assertTrue(letter.id().matches("[0-9a-f]{16}"), letter.id());
        assertEquals(WORK, letter.workQueue(), "a header does not choose where it is replayed to");
        assertTrue(letter.attempts().isEmpty());
        assertTrue(letter.lastFailure().isEmpty());
        assertEquals("unknown", letter.cause().text());
        assertFalse(DeadLetterJson.write(letter).contains("[[["));
    }

    @Test
    void heldOnesAreDiscardedOrPutBack() throws Exception {
        bury("first", "no such order");
        bury("second", "no such customer");

        try (HeldLetters held = letters.hold(DEAD, letter -> true)) {
            assertEquals(2, held.count());
        }
        assertEquals(List.of("first", "second"), listedIds());

        try (HeldLetters held = letters.hold(DEAD, letter -> letter.id().equals("first"))) {
            bury("third", "while it was asked");
            held.discard();
        }
        assertEquals(List.of("second", "third"), listedIds());
    }

    @Test
    void anExportComesBackByteForByte() throws Exception {
        byte[] binary = {0, 1, -1, (byte) 0xc3, 10};
        client.channel().confirmSelect();
        client.channel().basicPublish("", DEAD, everything(), binary);
        client.channel().basicPublish("", DEAD, null, "é中\u2028\n\"".getBytes(StandardCharsets.UTF_8));
        client.channel().basicPublish("", DEAD, null, new byte[0]);
        client.channel().waitForConfirmsOrDie(10_000);
        List<DeadLetter> before = listed();
        Path file = folder.resolve("letters.jsonl");

        try (Export export = letters.export(file)) {
            assertEquals(3, export.add(DEAD).seen());
            export.finish();
        }
        assertEquals(3, client.messages(DEAD));
        try (HeldLetters held = letters.hold(DEAD, letter -> true)) {
            held.discard();
        }
        assertEquals(0, client.messages(DEAD));
        Import.Outcome outcome = letters.importing().run(file, null, QueueType.DURABLE, SILENT);

        assertEquals(3, outcome.imported());
        List<DeadLetter> after = listed();
        for (DeadLetter letter : before) {
            DeadLetter same = after.stream()
                    .filter(other -> other.id().equals(letter.id()))
                    .findFirst()
                    .orElseThrow();
            assertArrayEquals(letter.body(), same.body());
            assertEquals(
                    JsonProperties.write(letter.properties()).toString(),
                    JsonProperties.write(same.properties()).toString());
        }
        assertArrayEquals(
                binary,
                after.stream()
                        .filter(letter -> letter.id().equals("all"))
                        .findFirst()
                        .orElseThrow()
                        .body());
    }

    private static BasicProperties everything() {
        Map<String, Object> headers = new HashMap<>();
        headers.put(FailureHeaders.DEAD_ID, "all");
        headers.put("text", "é");
        headers.put("flag", true);
        headers.put("byte", (byte) -3);
        headers.put("short", (short) 300);
        headers.put("int", 70_000);
        headers.put("long", 5L);
        headers.put("float", 1.5f);
        headers.put("double", 0.1);
        headers.put("decimal", new BigDecimal("1.10"));
        headers.put("time", new Date(1_700_000_000_000L));
        headers.put("bytes", new byte[] {0, -1});
        headers.put("table", Map.of("inner", 1L));
        headers.put("array", List.of("a", 2));
        headers.put("nothing", null);
        return new BasicProperties(
                "application/octet-stream",
                "none",
                headers,
                2,
                4,
                "correlation",
                "reply",
                null,
                "message-1",
                new Date(1_700_000_000_000L),
                "type",
                null,
                "app",
                null);
    }

    @Test
    void nothingOfAFileWithABrokenLineIsImported() throws Exception {
        bury("first", "no such order");
        Path file = folder.resolve("letters.jsonl");
        try (Export export = letters.export(file)) {
            export.add(DEAD);
            export.finish();
        }
        Files.writeString(file, Files.readString(file) + "\n{\"deadQueue\": \n");

        var broken = assertThrows(
                Import.BrokenLineException.class, () -> letters.importing().run(file, null, QueueType.DURABLE, SILENT));

        assertTrue(broken.getMessage().startsWith("line 3: not a JSON object"), broken::getMessage);
        assertEquals(List.of("first"), listedIds());
    }

    @Test
    void anImportMakesTheQueueThatIsNotThere() throws Exception {
        bury("first", "no such order");
        Path file = folder.resolve("letters.jsonl");
        try (Export export = letters.export(file)) {
            export.add(DEAD);
            export.finish();
        }
        client.delete(DEAD);

        assertEquals(
                1,
                letters.importing().run(file, null, QueueType.DURABLE, SILENT).imported());

        assertEquals(List.of("first"), listedIds());
    }

    @Test
    void anExportNeitherOverwritesAFileNorLeavesAHalfOne() throws Exception {
        bury("first", "no such order");
        Path file = folder.resolve("letters.jsonl");
        Files.writeString(file, "the only copy");

        assertThrows(FileAlreadyExistsException.class, () -> letters.export(file));
        assertEquals("the only copy", Files.readString(file));

        try (Export export = letters.export(folder.resolve("other"))) {
            export.add(DEAD);
        }
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }
}
