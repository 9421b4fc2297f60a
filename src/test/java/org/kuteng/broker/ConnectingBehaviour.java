package org.kuteng.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kuteng.testing.CapturedLog;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBroker;

/** Connecting to a broker that is away, frozen, or sends what is too large; on each kind of broker. */
@Timeout(120)
abstract class ConnectingBehaviour {
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration RETRY_DELAY = Duration.ofMillis(100);
    private static final int LARGEST_BODY = 1_000_000;
    private static final String QUEUE = "connecting";

    private final List<Connection> opened = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endConnections() {
        opened.forEach(Broker::cut);
        threads.shutdownNow();
    }

    private static Broker broker(String... uris) {
        return new Broker(
                new ConnectionSettings(
                        Stream.of(uris).map(BrokerUri::parse).toList(),
                        null,
                        true,
                        HEARTBEAT,
                        CONNECT_TIMEOUT,
                        RETRY_DELAY,
                        LARGEST_BODY),
                LARGEST_BODY);
    }

    private Connection open(Broker broker) {
        return kept(broker.open("test", null));
    }

    private Connection kept(Connection connection) {
        synchronized (opened) {
            opened.add(connection);
        }
        return connection;
    }

    private static Duration timeOf(Runnable action) {
        long begin = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static void assertWithin(Duration bound, Duration took) {
        assertTrue(took.compareTo(bound) < 0, () -> "took " + took);
    }

    // --- away

    @Test
    void aBrokerThatIsAwayIsSaidOnceAndSaidOnceWhenItIsBackHoweverManyWait(TestBroker there) {
        try (TcpProxy proxy = TcpProxy.to(there);
                CapturedLog log = new CapturedLog("kuteng.broker")) {
            Broker broker = broker(proxy.uri());
            open(broker);
            proxy.refuse();
            List<CompletableFuture<Connection>> waiting = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                waiting.add(CompletableFuture.supplyAsync(
                        () -> kept(broker.openPatiently("waiting", null, () -> true)), threads));
            }
            await().during(Duration.ofSeconds(2)).until(() -> waiting.stream().noneMatch(CompletableFuture::isDone));
            assertEquals(
                    List.of("WARN broker at 127.0.0.1:" + proxy.port()
                            + " is not reachable (connection refused); trying again"),
                    log.lines());

            proxy.accept();

            await().until(() -> waiting.stream().allMatch(CompletableFuture::isDone));
            waiting.forEach(each -> assertTrue(each.join().isOpen()));
            assertEquals(2, log.lines().size(), log.lines()::toString);
            assertTrue(
                    log.lines().get(1).matches("INFO reconnected to the broker at 127\\.0\\.0\\.1:\\d+ after \\d+ m?s"),
                    log.lines()::toString);
        }
    }

    @Test
    void whoeverIsToldToStopDoesNotWaitForTheBroker(TestBroker there) throws Exception {
        try (TcpProxy proxy = TcpProxy.to(there)) {
            Broker broker = broker(proxy.uri());
            proxy.refuse();
            boolean[] goOn = {true};
            CompletableFuture<Connection> waiting =
                    CompletableFuture.supplyAsync(() -> broker.openPatiently("waiting", null, () -> goOn[0]), threads);

            goOn[0] = false;
            broker.wakeWaiting();

            assertNull(waiting.get(5, TimeUnit.SECONDS));
        }
    }

    // --- frozen

    @Test
    void aFrozenNodeIsLostSoonAndAnotherOneTakesOver(TestBroker there) {
        try (TcpProxy one = TcpProxy.to(there);
                TcpProxy other = TcpProxy.to(there)) {
            Broker broker = broker(one.uri(), other.uri());
            Connection connection = open(broker);
            boolean onOne = connection.getPort() == one.port();
            TcpProxy frozen = onOne ? one : other;

            frozen.freeze();

            await().atMost(Duration.ofSeconds(4)).until(() -> !connection.isOpen());
            for (int i = 0; i < 5; i++) {
                assertWithin(
                        Duration.ofSeconds(1),
                        timeOf(() -> assertEquals(
                                (onOne ? other : one).port(), open(broker).getPort())));
            }
        }
    }

    @Test
    void aNodeThatIsFrozenBeforeTheFirstConnectionHoldsNobodyForLong(TestBroker there) {
        try (TcpProxy frozen = TcpProxy.to(there);
                TcpProxy sound = TcpProxy.to(there)) {
            frozen.freeze();
            for (int i = 0; i < 4; i++) {
                Broker broker = broker(frozen.uri(), sound.uri());

                assertWithin(
                        CONNECT_TIMEOUT,
                        timeOf(() -> assertEquals(sound.port(), open(broker).getPort())));
            }
        }
    }

    @Test
    void aNodeCanBeAvoided(TestBroker there) {
        try (TcpProxy one = TcpProxy.to(there);
                TcpProxy other = TcpProxy.to(there)) {
            Broker broker = broker(one.uri(), other.uri());
            Connection connection = open(broker);

            Broker.avoid(connection);

            assertTrue(connection.isOpen());
            for (int i = 0; i < 10; i++) {
                assertFalse(open(broker).getPort() == connection.getPort());
            }
        }
    }

    /** The queues of many workers would all have their leader at the other nodes. */
    @Test
    void aNodeThatWasLeftInPeaceIsNotAvoided(TestBroker there) throws Exception {
        try (TcpProxy one = TcpProxy.to(there);
                TcpProxy other = TcpProxy.to(there)) {
            Broker broker = broker(one.uri(), other.uri());
            Connection first = open(broker);
            int port = first.getPort();

            first.close();

            await().until(() -> open(broker).getPort() == port);
        }
    }

    @Test
    void aConnectionToAFrozenBrokerIsCutAtOnceThoughAThreadIsStuckInAWrite(TestBroker there) throws Exception {
        try (TcpProxy proxy = TcpProxy.to(there)) {
            Connection connection = open(broker(proxy.uri()));
            CompletableFuture<Void> writer = stuckWriter(proxy, connection);

            assertWithin(Duration.ofMillis(500), timeOf(() -> Broker.cut(connection)));

            assertThrows(ExecutionException.class, () -> writer.get(2, TimeUnit.SECONDS));
            await().atMost(Duration.ofSeconds(2)).until(() -> !connection.isOpen());
        }
    }

    @Test
    void aFrozenBrokerIsLostThoughAThreadIsStuckInAWrite(TestBroker there) throws Exception {
        try (TcpProxy proxy = TcpProxy.to(there)) {
            Connection connection = open(broker(proxy.uri()));
            CompletableFuture<Throwable> lost = new CompletableFuture<>();
            connection.addShutdownListener(lost::complete);
            CompletableFuture<Void> writer = stuckWriter(proxy, connection);

            lost.get(6, TimeUnit.SECONDS);
            assertThrows(ExecutionException.class, () -> writer.get(1, TimeUnit.SECONDS));
        }
    }

    @Test
    void aFarewellToAFrozenBrokerHasAnEnd(TestBroker there) throws Exception {
        try (TcpProxy proxy = TcpProxy.to(there)) {
            Connection connection = open(broker(proxy.uri()));
            stuckWriter(proxy, connection);

            assertWithin(Duration.ofSeconds(3), timeOf(() -> Broker.leave(connection, Duration.ofMillis(500))));
        }
    }

    /** Returns when it is stuck. */
    private CompletableFuture<Void> stuckWriter(TcpProxy proxy, Connection connection) throws IOException {
        Channel channel = connection.createChannel();
        proxy.freeze();
        long[] written = {0};
        CompletableFuture<Void> writer = CompletableFuture.runAsync(
                () -> {
                    try {
                        while (true) {
                            channel.basicPublish("", "nowhere", null, new byte[500_000]);
                            written[0]++;
                        }
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                threads);
        long[] before = {-1};
        await().pollInterval(Duration.ofMillis(100)).until(() -> {
            boolean same = before[0] == written[0];
            before[0] = written[0];
            return same;
        });
        return writer;
    }

    // --- too large

    @Test
    void aBodyThatCannotBeHeldArrivesEmptyAndTheConnectionGoesOn(TestBroker there) throws Exception {
        try (PlainClient client = there.client()) {
            client.declareDurable(QUEUE);
            client.purge(QUEUE);
            for (int size : new int[] {10, LARGEST_BODY + 1, LARGEST_BODY, 5 * LARGEST_BODY, 20}) {
                client.confirmed(() -> publish(client, size));
            }
            Connection connection = kept(broker(there.uri()).open("test", SameThread.EXECUTOR));
            Channel channel = connection.createChannel();
            Map<Long, String> arrived = new ConcurrentHashMap<>();
            channel.basicConsume(
                    QUEUE,
                    (tag, delivery) -> {
                        long number = delivery.getEnvelope().getDeliveryTag();
                        OptionalLong size = Broker.oversized(channel, number);
                        arrived.put(
                                number,
                                delivery.getBody().length
                                        + (size.isEmpty()
                                                ? ""
                                                : " of " + size.getAsLong() + " "
                                                        + delivery.getProperties()
                                                                .getMessageId()));
                    },
                    tag -> {});

            await().until(() -> arrived.size() == 5);
            assertEquals(
                    Map.of(
                            1L,
                            "10",
                            2L,
                            "0 of 1000001 of 1000001",
                            3L,
                            "1000000",
                            4L,
                            "0 of 5000000 of 5000000",
                            5L,
                            "20"),
                    arrived);
            assertTrue(connection.isOpen());
        }
    }

    private static void publish(PlainClient client, int size) {
        try {
            client.channel()
                    .basicPublish(
                            "",
                            QUEUE,
                            new AMQP.BasicProperties.Builder()
                                    .messageId("of " + size)
                                    .build(),
                            new byte[size]);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFetchedBodyThatCannotBeHeldIsStillWithTheBroker(TestBroker there) throws Exception {
        try (PlainClient client = there.client()) {
            client.declareDurable(QUEUE);
            client.purge(QUEUE);
            client.confirmed(() -> publish(client, 3 * LARGEST_BODY));
            Channel channel = open(broker(there.uri())).createChannel();

            GetResponse got = channel.basicGet(QUEUE, false);

            assertEquals(0, got.getBody().length);
            long tag = got.getEnvelope().getDeliveryTag();
            assertEquals(OptionalLong.of(3L * LARGEST_BODY), Broker.oversized(channel, tag));
            channel.basicNack(tag, false, true);
            await().until(() -> client.messages(QUEUE) == 1);
            assertEquals(3 * LARGEST_BODY, client.get(QUEUE).orElseThrow().getBody().length);
        }
    }

    // --- who is there

    @Test
    void theBrokerSaysWhatItIs(TestBroker there) {
        Server server = Server.of(open(broker(there.uri())));

        assertEquals(kind(), server.kind());
        assertTrue(server.isAtLeast(3, 0), server::toString);
        assertEquals(kind() == BrokerKind.RABBITMQ, server.isRabbitMQ(3, 0));
    }

    abstract BrokerKind kind();
}
