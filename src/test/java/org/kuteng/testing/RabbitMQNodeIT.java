package org.kuteng.testing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.rabbitmq.client.MessageProperties;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The fixture itself, wherever RabbitMQ is installed. */
@Tag(OnRabbitMQ.TAG)
class RabbitMQNodeIT {
    private static final String QUEUE = "of-the-node-test";

    private static RabbitMQNode node;

    /** Before each, since a test that is skipped before all is not counted by Maven. */
    @BeforeEach
    void startNode() {
        TestBrokers.assumeInstalled();
        if (node == null) {
            node = RabbitMQNode.start(RabbitMQNode.Settings.PLAIN);
        }
    }

    @AfterAll
    static void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    @Test
    void aDurableMessageIsStillThereAfterAKillAndAfterACleanRestart() {
        try (PlainClient client = node.client()) {
            client.declareDurable(QUEUE);
            client.publish(QUEUE, "message ", 3);
        }
        node.writeDeclarations();

        node.kill();
        assertFalse(PlainClient.isAnswering(node.uri()));
        node.start();
        assertEquals(3, node.readyMessages(QUEUE));

        node.restart();
        try (PlainClient client = node.client()) {
            assertEquals("message 0", client.getText(QUEUE).orElseThrow());
        }
        node.deleteQueue(QUEUE);
    }

    @Test
    void consumersAndConnectionsAreSeenAsTheyNamedThemselves() throws Exception {
        try (PlainClient client = node.client()) {
            client.declareDurable(QUEUE);
            client.channel().basicQos(7);
            client.channel().basicConsume(QUEUE, false, "its tag", (tag, message) -> {}, tag -> {});

            assertEquals(List.of(new ConsumerInfo("its tag", 7)), node.consumers(QUEUE));
            assertEquals(1, node.consumerCount(QUEUE));
            assertEquals(List.of(PlainClient.NAME), node.connectionNames());

            node.closeAllConnections();
            await().until(() -> !client.connection().isOpen());
        }
        node.deleteQueue(QUEUE);
    }

    @Test
    void theMemoryAlarmBlocksWhoPublishes() throws Exception {
        try (PlainClient client = node.client()) {
            AtomicBoolean blocked = new AtomicBoolean();
            client.connection().addBlockedListener(reason -> blocked.set(true), () -> blocked.set(false));
            client.declareDurable(QUEUE);

            node.memoryAlarm(true);
            client.publishUnconfirmed(QUEUE, "waits", MessageProperties.PERSISTENT_TEXT_PLAIN);
            await().untilTrue(blocked);

            node.memoryAlarm(false);
            await().untilFalse(blocked);
            await().until(() -> node.readyMessages(QUEUE) == 1);
        }
        node.deleteQueue(QUEUE);
    }

    @Test
    void theManagementPageAnswersWhenAskedFor() throws Exception {
        var settings = new RabbitMQNode.Settings(true, List.of("heartbeat = 7"), "");
        try (RabbitMQNode managed = RabbitMQNode.start(settings);
                PlainClient client = managed.client()) {
            assertEquals(7, client.connection().getHeartbeat());
            var page =
                    HttpRequest.newBuilder(URI.create(managed.managementUrl())).build();
            var answer = HttpClient.newHttpClient().send(page, HttpResponse.BodyHandlers.discarding());
            assertEquals(200, answer.statusCode());
        }
    }
}
