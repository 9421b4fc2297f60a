package org.kuteng.work.steps;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.AggregateDefinition;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.ResequenceDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.WireTapDefinition;
import org.apache.camel.processor.WireTapProcessor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Holds what {@code wireTap} and {@code resequence} take, before they take it; notes when {@code multicast},
 * {@code split} and {@code recipientList} have ended.
 */
final class HandingOnSteps implements InterceptStrategy {

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
        Processor step = nextTarget == null ? target : nextTarget;
        if (definition instanceof WireTapDefinition<?> && step instanceof WireTapProcessor tap) {
            Tap wrapped = new Tap(target, definition.getId());
            tap.setOnPrepare(wrapped.preparing(tap.getOnPrepare()));
            return wrapped;
        }
        if (definition instanceof MulticastDefinition
                || definition instanceof SplitDefinition
                || definition instanceof RecipientListDefinition<?>) {
            return new Dividing(target, definition);
        }
        if (definition instanceof AggregateDefinition) {
            return new Aggregating(target);
        }
        return definition instanceof ResequenceDefinition
                ? new Resequencing(target, definition.getId())
                : LastSend.of(context, definition, target);
    }

    private static final class Tap extends DelegateAsyncProcessor {
        private final String step;
        private final ThreadLocal<Handover> current = new ThreadLocal<>();

        Tap(Processor target, String step) {
            super(target);
            this.step = step;
        }

        /** What the user prepares the copy with, and before it the handover: a copy may be a new exchange. */
        Processor preparing(Processor users) {
            return copy -> {
                Handover handover = current.get();
                if (handover != null) {
                    handover.travelWith(copy);
                }
                if (users != null) {
                    users.process(copy);
                }
            };
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            Handover handover = Handover.of(exchange, step, false);
            if (handover.isEmpty()) {
                return super.process(exchange, callback);
            }
            current.set(handover);
            try {
                return super.process(exchange, doneSync -> {
                    if (!handover.isTravelling() || exchange.getException() != null) {
                        handover.release();
                    }
                    callback.done(doneSync);
                });
            } catch (RuntimeException e) {
                handover.release();
                throw e;
            } finally {
                current.remove();
            }
        }
    }

    private static final class Resequencing extends DelegateAsyncProcessor {
        private final String step;

        Resequencing(Processor target, String step) {
            super(target);
            this.step = step;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            Handover handover = Handover.of(exchange, step, true);
            if (handover.isEmpty()) {
                return super.process(exchange, callback);
            }
            exchange.getExchangeExtension().addOnCompletion(handover);
            try {
                return super.process(exchange, doneSync -> {
                    if (!handover.isTravelling() || exchange.getException() != null) {
                        // not taken: it is invalid, and the route has been told or is to ignore it
                        exchange.getUnitOfWork().removeSynchronization(handover);
                        handover.release();
                    }
                    callback.done(doneSync);
                });
            } catch (RuntimeException e) {
                handover.release();
                throw e;
            }
        }
    }
}
