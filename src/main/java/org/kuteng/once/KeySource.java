package org.kuteng.once;

import org.apache.camel.Exchange;
import org.kuteng.rabbitmq.Delivery;
import org.kuteng.rabbitmq.FailedStep;

/** The keys of the messages of one route. */
record KeySource(String routeId, KeyExpression expression) {

    /** @throws MissingKeyException if the message has none; it is to be buried then */
    MessageKey of(Exchange exchange, Delivery delivery) {
        String id = expression.evaluate(exchange, delivery);
        if (id == null) {
            MissingKeyException missing = new MissingKeyException(expression.describe(), routeId);
            delivery.fail(FailedStep.of(exchange, missing, true));
            throw missing;
        }
        return MessageKey.of(delivery.workQueue(), id);
    }
}
