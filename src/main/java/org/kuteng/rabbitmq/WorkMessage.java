package org.kuteng.rabbitmq;

import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultMessage;
import org.kuteng.work.Delivery;

/** A message as a route sees it. Its headers are made when somebody asks for one: many routes need just the body. */
final class WorkMessage extends DefaultMessage {
    private final MessageMapping mapping;

    /** Null once its exchange is over. */
    private Delivery delivery;

    WorkMessage(Exchange exchange, MessageMapping mapping, Delivery delivery) {
        super(exchange);
        this.mapping = mapping;
        this.delivery = delivery;
    }

    @Override
    protected boolean isPopulateHeadersSupported() {
        return true;
    }

    @Override
    protected void populateInitialHeaders(Map<String, Object> headers) {
        if (delivery != null) {
            mapping.readHeaders(delivery, getExchange(), headers);
        }
    }

    @Override
    public void reset() {
        delivery = null;
        super.reset();
    }
}
