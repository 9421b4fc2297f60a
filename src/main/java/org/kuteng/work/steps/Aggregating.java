package org.kuteng.work.steps;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Lets go of a message when {@code aggregate} fails after the strategy has taken it: what tells whether a batch is
 * complete may throw. Camel forgets a new batch then, and the message with it.
 */
final class Aggregating extends DelegateAsyncProcessor {
    private static final String PROPERTY = "KutengAggregating";

    /** Of one message; it travels with the copy that Camel makes of the exchange. */
    private static final class Taken {
        private volatile Handover handover;

        void release() {
            if (handover != null) {
                handover.release();
            }
        }
    }

    Aggregating(Processor target) {
        super(target);
    }

    /** The strategy takes a message, which is held from now on. */
    static void took(Exchange message, Handover handover) {
        if (message.removeProperty(PROPERTY) instanceof Taken taken) {
            taken.handover = handover;
        }
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Taken taken = new Taken();
        exchange.setProperty(PROPERTY, taken);
        try {
            return super.process(exchange, doneSync -> {
                exchange.removeProperty(PROPERTY);
                if (exchange.getException() != null) {
                    taken.release();
                }
                callback.done(doneSync);
            });
        } catch (Throwable e) {
            taken.release();
            throw e;
        }
    }
}
