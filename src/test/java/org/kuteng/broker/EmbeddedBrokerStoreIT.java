package org.kuteng.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerStoreIT {

    private static final int MESSAGES = 200;

    /** Long enough to be down for a part of it. */
    private static final int RETRY_DELAY_MILLIS = 1000;

    private static final long CONFIRM_TIMEOUT_MILLIS = 30_000;

    /** Qpid takes an empty table for a fault. */
    private static final BasicProperties UNREADABLE = new BasicProperties.Builder()
            .deliveryMode(2)
            .headers(Map.of("table", Map.of()))
            .build();

    @TempDir
    Path store;

    @Test
    void durableQueuesAndConfirmedMessagesAreThereAgainAfterAKill() throws Exception {
        try (BrokerProcess first = BrokerProcess.start(store)) {
            publishConfirmed(first, "work");
            first.kill();
        }
        try (BrokerProcess second = BrokerProcess.start(store);
                Connection connection = PlainClient.connect(second.port())) {
            assertEquals(MESSAGES, connection.createChannel().messageCount("work"));
        }
    }

    @Test
    void durableQueuesAndConfirmedMessagesAreThereAgainAfterAStop() throws Exception {
        try (BrokerProcess first = BrokerProcess.start(store)) {
            publishConfirmed(first, "work");
            first.stop();
        }
        try (BrokerProcess second = BrokerProcess.start(store);
                Connection connection = PlainClient.connect(second.port())) {
            assertEquals(MESSAGES, connection.createChannel().messageCount("work"));
        }
    }

    @Test
    void headersThatItCannotReadItselfAreKeptAfterARestartToo() throws Exception {
        storeUnreadable();
        try (BrokerProcess second = BrokerProcess.start(store);
                Connection connection = PlainClient.connect(second.port())) {
            Channel channel = connection.createChannel();
            channel.queueDeclare("work.retry", true, false, false, retryAfter(1));
            // it has looked for expired messages twice
            for (int looks = 1; looks <= 2; looks++) {
                channel.basicPublish("", "work.retry", null, new byte[0]);
                await().until(() -> channel.messageCount("work.retry") == 0);
            }
            assertUnreadableIsThere(channel);
        }
    }

    @Test
    void headersThatItCannotReadItselfAreKeptByASlowStartToo() throws Exception {
        storeUnreadable();
        QpidBroker slow = QpidBroker.open(EmbeddedBroker.Options.defaults().withStore(store), () -> {
            try {
                Thread.sleep(3 * HouseKeeping.INTERVAL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            slow.listen(EmbeddedBroker.ANY_PORT);
            try (Connection connection = PlainClient.connect(slow.port())) {
                assertUnreadableIsThere(connection.createChannel());
            }
        } finally {
            slow.close();
        }
    }

    private void storeUnreadable() throws Exception {
        try (BrokerProcess first = BrokerProcess.start(store)) {
            // ends with its broker
            Channel channel = PlainClient.connect(first.port()).createChannel();
            channel.confirmSelect();
            channel.queueDeclare("work", true, false, false, null);
            channel.basicPublish("", "work", UNREADABLE, new byte[0]);
            channel.waitForConfirmsOrDie(CONFIRM_TIMEOUT_MILLIS);
            first.stop();
        }
    }

    private static void assertUnreadableIsThere(Channel channel) throws IOException {
        GetResponse kept = channel.basicGet("work", true);
        assertNotNull(kept, "the message is lost");
        assertEquals(UNREADABLE.getHeaders(), kept.getProps().getHeaders());
    }

    /** It waited longer than it may live in its queue, where it may live as long again. */
    @Test
    void aRetryThatHasComeBackOutlivesARestart() throws Exception {
        int life = 4_000;
        try (BrokerProcess first = BrokerProcess.start(store)) {
            // ends with its broker
            Channel channel = PlainClient.connect(first.port()).createChannel();
            channel.confirmSelect();
            channel.queueDeclare(
                    "work", true, false, false, EmbeddedArguments.translate(Map.of("x-message-ttl", life)));
            channel.queueDeclare("work.retry", true, false, false, retryAfter(life + 500));
            channel.basicPublish("", "work.retry", MessageProperties.PERSISTENT_BASIC, new byte[] {7});
            channel.waitForConfirmsOrDie(CONFIRM_TIMEOUT_MILLIS);
            await().until(() -> channel.messageCount("work") == 1);
            first.kill();
        }
        try (BrokerProcess second = BrokerProcess.start(store);
                Connection connection = PlainClient.connect(second.port())) {
            assertEquals(1, connection.createChannel().messageCount("work"));
        }
    }

    @Test
    void aTransientQueueAndATransientMessageAreGoneAfterARestart() throws Exception {
        try (BrokerProcess first = BrokerProcess.start(store)) {
            // ends with its broker
            Channel channel = PlainClient.connect(first.port()).createChannel();
            channel.queueDeclare("transient", false, false, false, null);
            channel.queueDeclare("durable", true, false, false, null);
            channel.basicPublish("", "durable", null, new byte[0]);
            await().until(() -> channel.messageCount("durable") == 1);
            first.stop();
        }
        try (BrokerProcess second = BrokerProcess.start(store);
                Connection connection = PlainClient.connect(second.port())) {
            Channel channel = connection.createChannel();
            assertEquals(0, channel.messageCount("durable"));
            assertThrows(IOException.class, () -> channel.queueDeclarePassive("transient"));
        }
    }

    @Test
    void aRetryGoesOnAfterAKillAndTheTimeThatTheBrokerIsDownCounts() throws Exception {
        long published;
        try (BrokerProcess first = BrokerProcess.start(store)) {
            // ends with its broker
            Channel channel = PlainClient.connect(first.port()).createChannel();
            channel.confirmSelect();
            channel.queueDeclare("work", true, false, false, null);
            channel.queueDeclare("work.retry", true, false, false, retryAfter(RETRY_DELAY_MILLIS));
            published = System.currentTimeMillis();
            channel.basicPublish("", "work.retry", MessageProperties.PERSISTENT_BASIC, new byte[] {7});
            channel.waitForConfirmsOrDie(CONFIRM_TIMEOUT_MILLIS);
            first.kill();
        }
        await().until(() -> System.currentTimeMillis() > published + RETRY_DELAY_MILLIS);
        try (BrokerProcess second = BrokerProcess.start(store);
                Connection connection = PlainClient.connect(second.port())) {
            Channel channel = connection.createChannel();
            await().atMost(Duration.ofMillis(RETRY_DELAY_MILLIS)).until(() -> channel.messageCount("work") == 1);
            assertEquals(0, channel.messageCount("work.retry"));
        }
    }

    @Test
    void aStoreThatAnotherProcessUsesIsRefused() throws Exception {
        try (BrokerProcess other = BrokerProcess.start(store)) {
            var options = EmbeddedBroker.Options.defaults().withPort(0).withStore(store);

            var failure = assertThrows(EmbeddedBrokerException.class, () -> EmbeddedBroker.start(options));

            assertEquals(
                    "store folder " + store + " is in use by another kuteng: stop that one, or name another folder",
                    failure.getMessage());
            assertTrue(other.isAlive());
        }
    }

    @Test
    void aStoreOfAnotherVirtualHostIsRefused() {
        var options = EmbeddedBroker.Options.defaults().withPort(0).withStore(store);
        EmbeddedBroker.start(options).close();

        var failure = assertThrows(
                EmbeddedBrokerException.class, () -> EmbeddedBroker.start(options.withVirtualHost("other")));

        assertEquals(
                "store folder " + store
                        + " holds virtual host kuteng and not other: use that name, or name another folder",
                failure.getMessage());
        EmbeddedBroker.start(options).close();
    }

    @Test
    void onlyWhatIsTransientEndsWithAStore() throws Exception {
        var options = EmbeddedBroker.Options.defaults().withPort(0).withStore(store);
        try (EmbeddedBroker broker = EmbeddedBroker.start(options);
                Connection connection = PlainClient.connect(broker.port())) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            channel.queueDeclare("durable", true, false, false, null);
            channel.queueDeclare("transient", false, false, false, null);
            channel.basicPublish("", "durable", MessageProperties.PERSISTENT_BASIC, new byte[0]);
            channel.waitForConfirmsOrDie(CONFIRM_TIMEOUT_MILLIS);
            assertEquals(Map.of(), broker.endingWithIt());

            channel.basicPublish("", "durable", MessageProperties.BASIC, new byte[0]);
            channel.basicPublish("", "transient", MessageProperties.PERSISTENT_BASIC, new byte[0]);
            channel.waitForConfirmsOrDie(CONFIRM_TIMEOUT_MILLIS);
            assertEquals(Map.of("durable", 1L, "transient", 1L), broker.endingWithIt());
        }
    }

    @Test
    void aQueueThatOthersLeadToCanBeDeletedAfterARestart() throws Exception {
        var options = EmbeddedBroker.Options.defaults().withPort(0).withStore(store);
        try (EmbeddedBroker broker = EmbeddedBroker.start(options);
                Connection connection = PlainClient.connect(broker.port())) {
            Channel channel = connection.createChannel();
            channel.queueDeclare("work", true, false, false, null);
            channel.queueDeclare("work.retry", true, false, false, retryAfter(RETRY_DELAY_MILLIS));
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(options);
                Connection connection = PlainClient.connect(broker.port())) {
            Channel channel = connection.createChannel();
            channel.queueDelete("work");
            channel.basicPublish("", "work.retry", MessageProperties.PERSISTENT_BASIC, new byte[0]);
            channel.queueDeclare("work", true, false, false, null);
            await().until(() -> channel.messageCount("work") == 1);
        }
        // a queue whose target is gone does not keep the store from starting
        try (EmbeddedBroker broker = EmbeddedBroker.start(options);
                Connection connection = PlainClient.connect(broker.port())) {
            connection.createChannel().queueDelete("work");
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(options);
                Connection connection = PlainClient.connect(broker.port())) {
            assertEquals(0, connection.createChannel().messageCount("work.retry"));
        }
    }

    private static void publishConfirmed(BrokerProcess broker, String queue) throws Exception {
        try (Connection connection = PlainClient.connect(broker.port())) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            channel.queueDeclare(queue, true, false, false, null);
            for (int n = 0; n < MESSAGES; n++) {
                channel.basicPublish("", queue, MessageProperties.PERSISTENT_BASIC, new byte[] {(byte) n});
            }
            channel.waitForConfirmsOrDie(CONFIRM_TIMEOUT_MILLIS);
        }
    }

    private static Map<String, Object> retryAfter(int millis) {
        return EmbeddedArguments.translate(
                Map.of("x-message-ttl", millis, "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "work"));
    }
}
