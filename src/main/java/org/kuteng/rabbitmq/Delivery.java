package org.kuteng.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;

/**
 * A message as the broker handed it to a worker; kept with the exchange under {@link #PROPERTY}, whatever the route
 * makes of the body and the headers.
 *
 * @param queue the queue it came from
 */
public record Delivery(String queue, Envelope envelope, BasicProperties properties, byte[] body) {

    /** The exchange property that holds the delivery. */
    public static final String PROPERTY = "KutengDelivery";
}
