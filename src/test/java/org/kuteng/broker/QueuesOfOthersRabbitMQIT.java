package org.kuteng.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kuteng.broker.Topology.Binding;
import org.kuteng.testing.LogLines;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.RabbitMQNode;
import org.kuteng.testing.TestBrokers;

/** Queues that are there already: those of other versions of kuteng, and those of other programs. */
@Tag(OnRabbitMQ.TAG)
class QueuesOfOthersRabbitMQIT {

    private static final String CLASSIC_BY_DEFAULT = "kuteng";
    private static final String QUORUM_BY_DEFAULT = "quorum-by-default";

    /** RabbitMQ 4 drops what was returned 20 times. */
    private static final int RETURNS = 25;

    private static final String DROPS = ": RabbitMQ drops a message that was returned to it 20 times, clean stops among"
            + " them, unless a policy says otherwise";

    private static final Map<String, Object> NO_LIMIT = Map.of("x-queue-type", "quorum", "x-delivery-limit", 1_000_000);
    private static final Duration DELAY = Duration.ofSeconds(10);

    private static RabbitMQNode node;

    private final String queue = "of-others-" + UUID.randomUUID();

    @BeforeAll
    static void startNode() throws Exception {
        TestBrokers.assumeInstalled();
        node = RabbitMQNode.start(new RabbitMQNode.Settings(true, List.of(), ""));
        put(
                "vhosts/" + QUORUM_BY_DEFAULT,
                // the first is what RabbitMQ 3.10 calls it
                "{\"defaultqueuetype\": \"quorum\", \"default_queue_type\": \"quorum\"}");
        put(
                "permissions/" + QUORUM_BY_DEFAULT + "/kuteng",
                "{\"configure\": \".*\", \"write\": \".*\", \"read\": \".*\"}");
    }

    @AfterAll
    static void closeNode() {
        if (node != null) {
            node.close();
        }
    }

    /** How version 0.1 declares them. */
    private static List<QueueDefinition> asVersion01(String work, QueueType type) {
        Map<String, Object> ofType = type == QueueType.QUORUM ? NO_LIMIT : Map.of();
        return List.of(
                new QueueDefinition(work, type != QueueType.TRANSIENT, false, false, ofType),
                new QueueDefinition(work + ".dead", true, false, false, ofType),
                new QueueDefinition(work + ".redelivered", true, false, false, NO_LIMIT),
                new QueueDefinition(
                        work + ".retry.10s",
                        true,
                        false,
                        false,
                        Map.of(
                                "x-queue-type", "quorum",
                                "x-delivery-limit", 1_000_000,
                                "x-message-ttl", 10_000L,
                                "x-dead-letter-exchange", "",
                                "x-dead-letter-routing-key", work,
                                "x-dead-letter-strategy", "at-least-once",
                                "x-overflow", "reject-publish")));
    }

    private static List<QueueDefinition> asNow(String work, QueueType type) {
        return List.of(
                Queues.work(work, type, Map.of()),
                Queues.dead(work, type),
                Queues.redelivered(work),
                Queues.retry(work, DELAY));
    }

    @ParameterizedTest
    @EnumSource(QueueType.class)
    void whatVersion01DeclaredIsDeclaredAgainWithoutAWord(QueueType type) throws Exception {
        try (PlainClient client = client(CLASSIC_BY_DEFAULT);
                LogLines log = LogLines.of("kuteng.broker")) {
            declare(client, asVersion01(queue, type));
            declare(client, asNow(queue, type));
            assertEquals(List.of(), log.lines());
        }
    }

    @ParameterizedTest
    @EnumSource(QueueType.class)
    void version01FindsWhatIsDeclaredNowAsItWantsIt(QueueType type) throws Exception {
        try (PlainClient client = client(CLASSIC_BY_DEFAULT)) {
            declare(client, asNow(queue, type));
            declare(client, asVersion01(queue, type));
        }
    }

    @ParameterizedTest
    @EnumSource(QueueType.class)
    void whatVersion01LeftToTheVirtualHostIsUsedWithALine(QueueType type) throws Exception {
        try (PlainClient client = client(QUORUM_BY_DEFAULT);
                LogLines log = LogLines.of("kuteng.broker")) {
            declare(client, asVersion01(queue, type));
            declare(client, asNow(queue, type));
            declare(client, asNow(queue, type));
            List<String> expected = new ArrayList<>();
            if (type == QueueType.DURABLE) {
                expected.add(used(client, queue, "others declared it"));
            }
            if (type != QueueType.QUORUM) {
                expected.add(used(client, queue + ".dead", "another version of kuteng declared it"));
            }
            assertEquals(expected, withoutRemedy(log));
        }
    }

    static Stream<QueueDefinition> newQueues() {
        String name = "new-" + UUID.randomUUID();
        return Stream.of(
                Queues.work(name, QueueType.DURABLE, Map.of()),
                Queues.work(name + "-quorum", QueueType.QUORUM, Map.of()),
                Queues.work(name + "-by-argument", QueueType.DURABLE, Map.of("x-queue-type", "quorum")),
                Queues.dead(name, QueueType.DURABLE),
                Queues.dead(name + "-quorum", QueueType.QUORUM),
                Queues.redelivered(name));
    }

    @ParameterizedTest
    @MethodSource("newQueues")
    void aMessageIsStillThereAfterItWasReturnedManyTimes(QueueDefinition definition) throws Exception {
        for (String virtualHost : List.of(CLASSIC_BY_DEFAULT, QUORUM_BY_DEFAULT)) {
            try (PlainClient client = client(virtualHost)) {
                declare(client, List.of(definition));
                assertStaysWhenReturnedOften(client, definition.name());
            }
        }
    }

    @Test
    void thePolicyThatTheLineNamesKeepsWhatIsReturnedOften() throws Exception {
        try (PlainClient client = client(QUORUM_BY_DEFAULT);
                LogLines log = LogLines.of("kuteng.broker")) {
            client.declareDurable(queue);
            declare(client, List.of(Queues.work(queue, QueueType.DURABLE, Map.of())));
            if (isVersion4(client.connection())) {
                String line = log.lines().get(0);
                String policy = line.substring(line.indexOf("set_policy"));
                assertTrue(policy.startsWith("set_policy -p " + QUORUM_BY_DEFAULT + " "), policy);
                put(
                        "policies/" + QUORUM_BY_DEFAULT + "/limit",
                        "{\"pattern\": \"" + policy.split("'")[1] + "\", \"definition\": " + policy.split("'")[3]
                                + ", \"apply-to\": \"" + policy.replaceFirst(".*--apply-to ", "") + "\"}");
            }
            assertStaysWhenReturnedOften(client, queue);
        }
    }

    @Test
    void aQueueOfOthersThatDropsMessagesIsNamed() throws Exception {
        try (PlainClient client = client(CLASSIC_BY_DEFAULT);
                LogLines log = LogLines.of("kuteng.broker")) {
            client.declare(
                    queue,
                    true,
                    Map.of(
                            "x-queue-type",
                            "quorum",
                            "x-dead-letter-exchange",
                            "",
                            "x-message-ttl",
                            1_000_000,
                            "x-max-length",
                            10));
            client.declare(queue + ".5", true, Map.of("x-queue-type", "quorum", "x-delivery-limit", 5));
            client.declare(queue + ".no-limit", true, NO_LIMIT);
            client.declare(queue + ".classic", true, Map.of());
            client.declare(queue + ".transient", false, Map.of("x-message-ttl", 1_000_000));
            for (String suffix : List.of("", ".5", ".no-limit", ".classic", ".transient", "")) {
                declare(client, List.of(QueueDefinition.ofOthers(queue + suffix)));
            }
            List<String> expected = new ArrayList<>();
            if (isVersion4(client.connection())) {
                expected.add(
                        "WARN queue '" + queue + "' at 127.0.0.1:" + node.port() + " was declared by others" + DROPS);
            }
            expected.add("WARN queue '" + queue + ".5' at 127.0.0.1:" + node.port() + " was declared by others:"
                    + " RabbitMQ drops a message that was returned to it 5 times, clean stops among them"
                    + " (x-delivery-limit); declare it with x-delivery-limit=1000000");
            assertEquals(expected, withoutRemedy(log));
        }
    }

    @Test
    void aQueueOfOthersThatIsMissingIsNamedAndNotMade() throws Exception {
        try (PlainClient client = client(CLASSIC_BY_DEFAULT)) {
            List<QueueDefinition> missing = List.of(QueueDefinition.ofOthers(queue));
            BrokerException failure = assertThrows(BrokerException.class, () -> declare(client, missing));
            assertTrue(
                    failure.getMessage().startsWith("cannot find queue '" + queue + "': the broker says NOT_FOUND"),
                    failure.getMessage());
            assertThrows(BrokerException.class, () -> declare(client, missing));
        }
    }

    @Test
    void aWorkQueueThatIsOtherwiseThanAskedForIsRefused() throws Exception {
        try (PlainClient client = client(CLASSIC_BY_DEFAULT)) {
            client.declare(queue, true, Map.of("x-queue-type", "quorum"));
            BrokerException failure = assertThrows(
                    BrokerException.class,
                    () -> declare(client, List.of(Queues.work(queue, QueueType.DURABLE, Map.of()))));
            assertTrue(
                    failure.getMessage()
                            .contains("x-queue-type is 'quorum' there, 'classic' here. Ways out:"
                                    + " kuteng.queue.type=quorum, "),
                    failure.getMessage());
        }
    }

    @Test
    void aRetryQueueThatDoesNotLeadBackIsRefused() throws Exception {
        try (PlainClient client = client(QUORUM_BY_DEFAULT)) {
            client.declareDurable(queue + ".retry.10s");
            BrokerException failure =
                    assertThrows(BrokerException.class, () -> declare(client, List.of(Queues.retry(queue, DELAY))));
            assertTrue(failure.getMessage().contains("exists with other arguments"), failure.getMessage());
        }
    }

    private static void declare(PlainClient client, List<QueueDefinition> queues) {
        new Topology(List.of(), queues, List.<Binding>of()).declare(client.connection());
    }

    private static void assertStaysWhenReturnedOften(PlainClient client, String queue) throws IOException {
        Channel channel = client.channel();
        client.confirmed(() -> client.publishUnconfirmed(queue, "to keep", MessageProperties.PERSISTENT_TEXT_PLAIN));
        for (int returns = 0; returns <= RETURNS; returns++) {
            GetResponse got = await("the message after " + returns + " returns")
                    .pollDelay(Duration.ZERO)
                    .until(() -> channel.basicGet(queue, false), response -> response != null);
            channel.basicReject(got.getEnvelope().getDeliveryTag(), true);
        }
    }

    /** RabbitMQ 3 has no limit by default, and so no danger to tell. */
    private static String used(PlainClient client, String queue, String as) {
        String line = "queue '" + queue + "' at 127.0.0.1:" + node.port() + " is used as " + as
                + " (x-queue-type is 'quorum' there, 'classic' here)";
        return isVersion4(client.connection()) ? "WARN " + line + DROPS : "INFO " + line;
    }

    private static List<String> withoutRemedy(LogLines log) {
        return log.lines().stream()
                .map(line -> line.replaceFirst("(?<=unless a policy says otherwise); to set one: .*", ""))
                .toList();
    }

    private static boolean isVersion4(Connection connection) {
        return connection.getServerProperties().get("version").toString().startsWith("4");
    }

    private static PlainClient client(String virtualHost) {
        return PlainClient.connect(node.uri().replaceFirst("/kuteng$", "/" + virtualHost));
    }

    private static void put(String path, String json) throws IOException, InterruptedException {
        String user = Base64.getEncoder().encodeToString("kuteng:kuteng".getBytes());
        HttpRequest request = HttpRequest.newBuilder(URI.create(node.managementUrl() + "/api/" + path))
                .header("Authorization", "Basic " + user)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(json))
                .build();
        HttpResponse<String> response = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(request, HttpResponse.BodyHandlers.ofString());
        assertEquals(2, response.statusCode() / 100, response.body());
    }
}
