package org.kuteng.testing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What tests may expect of every broker; also the pattern for behaviour tests, which run once on each kind of broker. */
abstract class AnyBrokerBehaviour {
    private static final String QUEUE = "of-the-test-broker";

    @AfterEach
    void deleteQueue(TestBroker broker) {
        broker.deleteQueue(QUEUE);
    }

    @Test
    void whatIsPublishedIsCountedAndTaken(TestBroker broker) {
        try (PlainClient client = broker.client()) {
            client.declareDurable(QUEUE);
            client.publish(QUEUE, "message ", 2);
            assertEquals(2, broker.readyMessages(QUEUE));

            assertEquals("message 0", client.getText(QUEUE).orElseThrow());
            client.purge(QUEUE);
            assertEquals(0, broker.readyMessages(QUEUE));
        }
    }

    @Test
    void consumersAreCounted(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client()) {
            client.declareDurable(QUEUE);
            client.channel().basicConsume(QUEUE, (tag, message) -> {}, tag -> {});
            assertEquals(1, broker.consumerCount(QUEUE));
        }
    }

    @Test
    void aClientBehindAProxyCanBeCutOff(TestBroker broker) {
        try (TcpProxy proxy = TcpProxy.to(broker);
                PlainClient client = PlainClient.connect(proxy.uri())) {
            client.declareDurable(QUEUE);
            proxy.cut();
            await().until(() -> !client.connection().isOpen());
            assertEquals(0, broker.readyMessages(QUEUE));
        }
    }
}
