package org.kuteng.once;

import org.apache.camel.Exchange;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.ExchangeSendingEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.support.ExchangeHelper;

/**
 * Notices when a claimed message is handed over to the threads of another route, where the target is only known under
 * way ({@code toD}, {@code recipientList}, a bean's template): the message fails, and the other route's steps are refused.
 */
public final class TransactionSends extends EventNotifierSupport {
    private final Database database;

    public TransactionSends(Database database) {
        this.database = database;
        setIgnoreCamelContextEvents(true);
        setIgnoreCamelContextInitEvents(true);
        setIgnoreRouteEvents(true);
        setIgnoreServiceEvents(true);
        setIgnoreStepEvents(true);
        setIgnoreExchangeCreatedEvent(true);
        setIgnoreExchangeCompletedEvent(true);
        setIgnoreExchangeFailedEvents(true);
        setIgnoreExchangeRedeliveryEvents(true);
        setIgnoreExchangeSentEvents(true);
    }

    @Override
    public void notify(CamelEvent event) {
        if (!(event instanceof ExchangeSendingEvent sending)) {
            return;
        }
        Exchange exchange = sending.getExchange();
        Transaction claimed = Transaction.of(exchange);
        Transaction transaction = claimed == null ? database.current() : claimed;
        String leaving = transaction == null
                ? null
                : LeavingSteps.whySentTo(sending.getEndpoint().getEndpointUri());
        if (leaving != null) {
            transaction.take(exchange);
            transaction.refuse(
                    exchange, new OutsideTransactionException("kuteng.once=jdbc: " + sender(exchange) + " " + leaving));
        }
    }

    private static String sender(Exchange exchange) {
        String routeId = ExchangeHelper.getRouteId(exchange);
        return routeId == null ? "a bean" : "a step of route '" + routeId + "'";
    }
}
