package org.kuteng.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kuteng.broker.BrokerException.Cure;
import org.kuteng.testing.CapturedLog;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.RabbitMQNode;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBrokers;

/** What a RabbitMQ refuses: a process that has been connected goes on when it is mended; the first start says so. */
@Tag(OnRabbitMQ.TAG)
@Timeout(120)
class RefusedConnectionRabbitMQIT {
    private static final Duration RETRY_DELAY = Duration.ofMillis(200);
    private static final String NAME = "kuteng"; // user, password and virtual host

    private static RabbitMQNode node;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private CapturedLog log;

    @BeforeEach
    void startNode() {
        TestBrokers.assumeInstalled();
        if (node == null) {
            node = RabbitMQNode.start(RabbitMQNode.Settings.PLAIN);
        }
        log = new CapturedLog("kuteng.broker");
    }

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
        if (log != null) {
            log.close();
        }
    }

    @AfterAll
    static void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    private static Broker broker(String uri) {
        return new Broker(new ConnectionSettings(
                List.of(BrokerUri.parse(uri)),
                null,
                true,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                RETRY_DELAY,
                1_000_000));
    }

    private static void ctl(String... arguments) {
        node.ctl(arguments);
    }

    /** Ends every connection, has one opened again in vain until the fault is mended, and checks that it is said once. */
    private void assertSurvives(Runnable fault, Runnable cure, String line) throws Exception {
        Broker broker = broker(node.uri());
        Connection before = broker.open("before", null);
        fault.run();
        boolean cured = false;
        try {
            before.abort(1_000);
            CompletableFuture<Connection> again =
                    CompletableFuture.supplyAsync(() -> broker.openPatiently("again", null, () -> true), threads);
            await().until(() -> !log.lines().isEmpty());
            await().during(Duration.ofSeconds(2)).until(() -> !again.isDone());
            cure.run();
            cured = true;

            Connection after = again.get(10, TimeUnit.SECONDS);
            assertTrue(after.isOpen());
            after.abort(1_000);
        } finally {
            if (!cured) {
                cure.run();
            }
        }
        assertEquals(log.lines().stream().distinct().toList(), log.lines(), "each is said once");
        assertEquals(
                line.replace("PORT", String.valueOf(node.port())), log.lines().get(0));
        assertTrue(
                log.lines().get(log.lines().size() - 1).startsWith("INFO reconnected to the broker"),
                log.lines()::toString);
    }

    private static void grant() {
        ctl("-q", "set_permissions", "-p", NAME, NAME, ".*", ".*", ".*");
    }

    @Test
    void aPasswordThatWasChanged() throws Exception {
        assertSurvives(
                () -> ctl("-q", "change_password", NAME, "other"),
                () -> ctl("-q", "change_password", NAME, NAME),
                "ERROR broker at 127.0.0.1:PORT refused user 'kuteng': wrong user or password; check the URI in"
                        + " kuteng.broker; trying again");
    }

    @Test
    void rightsThatWereCleared() throws Exception {
        assertSurvives(
                () -> ctl("-q", "clear_permissions", "-p", NAME, NAME),
                RefusedConnectionRabbitMQIT::grant,
                "ERROR broker at 127.0.0.1:PORT gives user 'kuteng' no access to virtual host 'kuteng' (NOT_ALLOWED -"
                        + " access to vhost 'kuteng' refused for user 'kuteng'); trying again");
    }

    @Test
    void aLimitOfConnectionsThatIsReached() throws Exception {
        assertSurvives(
                () -> ctl("-q", "set_vhost_limits", "-p", NAME, "{\"max-connections\": 0}"),
                () -> ctl("-q", "clear_vhost_limits", "-p", NAME),
                "WARN broker at 127.0.0.1:PORT accepts no connection now (NOT_ALLOWED - access to vhost 'kuteng' refused"
                        + " for user 'kuteng': connection limit (0) is reached); trying again");
    }

    @Test
    void aVirtualHostThatWasDeleted() throws Exception {
        assertSurvives(
                () -> ctl("-q", "delete_vhost", NAME),
                () -> {
                    ctl("-q", "add_vhost", NAME);
                    grant();
                },
                "ERROR broker at 127.0.0.1:PORT has no virtual host 'kuteng'; check the last part of the URI in"
                        + " kuteng.broker; trying again");
    }

    @Test
    void aConnectionThatIsCutDuringLogin() throws Exception {
        try (CutAtLogin line = new CutAtLogin(node.port())) {
            Broker broker = broker(node.uri().replace(":" + node.port(), ":" + line.port()));
            CompletableFuture<Connection> waiting =
                    CompletableFuture.supplyAsync(() -> broker.openPatiently("waiting", null, () -> true), threads);
            await().until(() -> line.cuts > 3);
            assertFalse(waiting.isDone());
            assertEquals(
                    List.of("WARN broker at 127.0.0.1:" + line.port() + " is not reachable (the connection was closed"
                            + " during login; the broker is starting or stopping, or the user or the password is"
                            + " wrong); trying again"),
                    log.lines());

            broker.wakeWaiting();
        }
    }

    @Test
    void atTheFirstStartAWrongPasswordIsSaidAtOnceAndEndsItAfterAFewTries() {
        Broker broker = broker(node.uri().replace(":kuteng@", ":wrong@"));
        long begin = System.nanoTime();

        BrokerException refused =
                assertThrows(BrokerException.class, () -> broker.openPatiently("first", null, () -> true));

        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertTrue(took.compareTo(RETRY_DELAY.multipliedBy(2)) >= 0, () -> "took " + took);
        assertEquals(Cure.PERSON, refused.cure());
        assertEquals(List.of("ERROR " + refused.getMessage() + "; trying again"), log.lines());
    }

    @Test
    void atTheFirstStartAPasswordThatIsMendedMeanwhileIsTaken() throws Exception {
        ctl("-q", "change_password", NAME, "other");
        try {
            Broker broker = new Broker(new ConnectionSettings(
                    List.of(BrokerUri.parse(node.uri())),
                    null,
                    true,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(10),
                    1_000_000));
            boolean[] goOn = {true};
            CompletableFuture<Connection> first =
                    CompletableFuture.supplyAsync(() -> broker.openPatiently("first", null, () -> goOn[0]), threads);
            await().until(() -> log.lines().size() == 1);
            assertFalse(first.isDone());

            goOn[0] = false;
            broker.wakeWaiting();
            assertNull(first.get(5, TimeUnit.SECONDS));
        } finally {
            ctl("-q", "change_password", NAME, NAME);
        }
    }

    @Test
    void aBrokerThatIsAwayAtTheFirstStartIsWaitedFor() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(node)) {
            proxy.refuse();
            Broker broker = broker(proxy.uri());
            CompletableFuture<Connection> first =
                    CompletableFuture.supplyAsync(() -> broker.openPatiently("first", null, () -> true), threads);
            await().during(Duration.ofSeconds(1)).until(() -> !first.isDone());

            proxy.accept();

            first.get(5, TimeUnit.SECONDS).abort(1_000);
        }
    }

    @Test
    void aMissingRightNamesItself() throws Exception {
        Connection connection = broker(node.uri()).open("test", null);
        ctl("-q", "set_permissions", "-p", NAME, NAME, "^$", ".*", "^$");
        try {
            assertEquals(
                    "cannot declare queue 'q': user 'kuteng' lacks the right to configure for queue 'q' in virtual host"
                            + " 'kuteng' (rabbitmqctl set_permissions -p kuteng kuteng CONFIGURE WRITE READ)",
                    refusal(
                                    connection,
                                    "declare queue 'q'",
                                    channel -> channel.queueDeclare("q", true, false, false, null))
                            .getMessage());
            assertEquals(
                    "cannot consume from queue 'q': user 'kuteng' lacks the right to read for queue 'q' in virtual host"
                            + " 'kuteng' (rabbitmqctl set_permissions -p kuteng kuteng CONFIGURE WRITE READ)",
                    refusal(connection, "consume from queue 'q'", channel -> channel.basicConsume("q", null))
                            .getMessage());
        } finally {
            grant();
            connection.abort(1_000);
        }
    }

    @Test
    void aQueueInExclusiveUseMayBeFreeLater() throws Exception {
        Connection connection = broker(node.uri()).open("test", null);
        Channel owner = connection.createChannel();
        owner.queueDeclare("exclusive use", true, false, false, null);
        owner.basicConsume("exclusive use", false, "", false, true, null, (tag, message) -> {}, tag -> {});

        BrokerException refused = refusal(
                connection,
                "consume from queue 'exclusive use'",
                channel -> channel.basicConsume("exclusive use", (tag, message) -> {}, tag -> {}));

        assertEquals(Cure.TIME, refused.cure());
        owner.queueDelete("exclusive use");
        connection.abort(1_000);
    }

    @Test
    void onlyOtherArgumentsEndTheRoute() throws Exception {
        Connection connection = broker(node.uri()).open("test", null);
        connection.createChannel().queueDeclare("arguments", true, false, false, null);

        assertTrue(refusal(
                        connection,
                        "declare queue 'arguments'",
                        channel -> channel.queueDeclare("arguments", false, false, false, null))
                .endsRoute());
        assertTrue(refusal(
                        connection,
                        "declare queue 'invalid'",
                        channel -> channel.queueDeclare(
                                "invalid", true, false, false, java.util.Map.of("x-max-length", "many")))
                .endsRoute());
        connection.createChannel().queueDelete("arguments");
        connection.abort(1_000);
    }

    private interface Request {
        void on(Channel channel) throws IOException;
    }

    private static BrokerException refusal(Connection connection, String doing, Request request) {
        return BrokerFaults.ofRequest(
                doing, assertThrows(IOException.class, () -> request.on(connection.createChannel())));
    }

    /** Lets the broker begin, and hangs up when the client has sent user and password. */
    private static final class CutAtLogin implements AutoCloseable {
        private final ServerSocket server;
        private final int target;
        private volatile int cuts;

        CutAtLogin(int target) throws IOException {
            this.target = target;
            this.server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            Thread thread = new Thread(this::serve, "cuts at login");
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return server.getLocalPort();
        }

        private void serve() {
            while (!server.isClosed()) {
                try (Socket client = server.accept();
                        Socket broker = new Socket(InetAddress.getLoopbackAddress(), target)) {
                    pass(client.getInputStream(), broker);
                    pass(broker.getInputStream(), client);
                    client.getInputStream().read(new byte[10_000]);
                    cuts++;
                } catch (IOException e) {
                    // the client has gone
                }
            }
        }

        private static void pass(InputStream from, Socket to) throws IOException {
            byte[] bytes = new byte[10_000];
            to.getOutputStream().write(bytes, 0, from.read(bytes));
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
