package org.kuteng.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import org.kuteng.broker.Broker;

/** Makes a message that another user sent fit to be sent by this one. */
final class Senders {
    private Senders() {}

    /** Without the user-id of another user: RabbitMQ refuses a message that does not bear the name of its sender. */
    static BasicProperties own(BasicProperties properties, Broker broker) {
        String user = broker.settings().nodes().get(0).user();
        return properties.getUserId() == null || properties.getUserId().equals(user)
                ? properties
                : properties.builder().userId(null).build();
    }
}
