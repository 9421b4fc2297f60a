package org.kuteng.once;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.Map;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** What tests send to protected workers. */
final class OnceMessages {
    private OnceMessages() {}

    /** Sends messages with these message-ids, which are their bodies as well. */
    static void send(TestBroker broker, String queue, String... ids) {
        try (PlainClient client = broker.client()) {
            client.declareDurable(queue);
            for (String id : ids) {
                client.publishUnconfirmed(queue, id, properties().messageId(id).build());
            }
        }
    }

    static void sendWithoutId(TestBroker broker, String queue, String body, Map<String, Object> headers) {
        try (PlainClient client = broker.client()) {
            client.declareDurable(queue);
            client.publishUnconfirmed(queue, body, properties().headers(headers).build());
        }
    }

    private static BasicProperties.Builder properties() {
        return new BasicProperties.Builder().contentType("text/plain").deliveryMode(2);
    }
}
