package org.kuteng.publish;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Return;
import java.util.Objects;

/**
 * A message on its way to the broker.
 *
 * @param exchange empty for the default exchange
 * @param mandatory whether the send fails if no queue takes the message
 */
public record OutgoingMessage(
        String exchange, String routingKey, boolean mandatory, BasicProperties properties, byte[] body) {

    /** Whether it is this message that the broker complains of when it closes a channel with these words. */
    boolean isMeantBy(String reply) {
        return !exchange.isEmpty() && reply.contains("exchange '" + exchange + "'")
                || reply.contains("message size " + body.length + " ")
                || properties.getUserId() != null
                        && reply.contains("user_id property set to '" + properties.getUserId() + "'")
                || properties.getExpiration() != null
                        && reply.contains("expiration '" + properties.getExpiration() + "'");
    }

    /** Whether it may be this message that the broker gives back. */
    boolean looksLike(Return returned) {
        return mandatory
                && exchange.equals(returned.getExchange())
                && routingKey.equals(returned.getRoutingKey())
                && Objects.equals(
                        properties.getMessageId(), returned.getProperties().getMessageId());
    }

    /** Where it goes, for messages. */
    public String target() {
        return exchange.isEmpty()
                ? "queue '" + routingKey + "'"
                : "exchange '" + exchange + "' with routing key '" + routingKey + "'";
    }
}
