package org.kuteng.once;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.kuteng.work.FailedStep;

/**
 * Sees to it that every step that works on a claimed message belongs to its transaction, in whichever route: one that
 * would not is refused before it runs, and the message fails. What the start can see already, {@link Protection} refuses;
 * what only shows under way (a dynamic target, a route that was edited, a bean's own thread) is refused here.
 */
public final class TransactionSteps implements InterceptStrategy {
    private final Database database;

    public TransactionSteps(Database database) {
        this.database = database;
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
        String step = definition.getId();
        String name = "kuteng.once=jdbc: step '" + step + "' of route '"
                + ProcessorDefinitionHelper.getRouteId(definition) + "' ";
        String leaving = LeavingSteps.whyIn(context, definition);
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                Transaction claimed = Transaction.of(exchange);
                Transaction here = database.current();
                String refused = refusal(claimed, here);
                if (refused == null) {
                    if (claimed == null && here != null) {
                        // a bean has sent it with a template of its own
                        here.take(exchange);
                    }
                    return super.process(exchange, callback);
                }
                OutsideTransactionException why = new OutsideTransactionException(name + refused);
                exchange.setException(why);
                FailedStep.note(exchange, step);
                (claimed == null ? here : claimed).refuse(exchange, why);
                callback.done(true);
                return true;
            }

            private String refusal(Transaction claimed, Transaction here) {
                if (claimed == null && here == null) {
                    return null;
                }
                if (claimed != null && claimed != here) {
                    return "was to run on thread '" + Thread.currentThread().getName()
                            + "', outside of the transaction of its message, and did not:"
                            + " keep the work on the thread of the worker";
                }
                return leaving;
            }
        };
    }
}
