package org.kuteng.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;

/**
 * A message on its way to the broker.
 *
 * @param exchange empty for the default exchange
 * @param mandatory whether the send fails if no queue takes the message
 */
public record OutgoingMessage(
        String exchange, String routingKey, boolean mandatory, BasicProperties properties, byte[] body) {

    /** Where it goes, for messages. */
    String target() {
        return exchange.isEmpty()
                ? "queue '" + routingKey + "'"
                : "exchange '" + exchange + "' with routing key '" + routingKey + "'";
    }
}
