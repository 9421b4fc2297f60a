package org.kuteng.once;

import org.apache.camel.Exchange;
import org.kuteng.work.Delivery;
import org.kuteng.work.FailedStep;
import org.kuteng.work.Work;

/** The keys of the messages of one route. */
record KeySource(String routeId, KeyExpression expression) {

    /** @throws MissingKeyException if the message has none; it is to be buried then */
    MessageKey of(Exchange exchange, Delivery delivery) {
        String id = expression.evaluate(exchange, delivery);
        if (id == null) {
            MissingKeyException missing = new MissingKeyException(expression.describe(), routeId);
            Work.fail(exchange, FailedStep.of(exchange, missing, true));
            throw missing;
        }
        return MessageKey.of(delivery.workQueue(), id);
    }
}
