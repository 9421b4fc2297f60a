package org.kuteng.failure;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.kuteng.work.FailedStep;

/**
 * Notes which step threw, since Camel has forgotten it by the time a failure is handled. An Error ends at its step too:
 * Camel lets it through, and forgets the exchange as something that is still under way.
 */
public final class FailedStepInterceptor implements InterceptStrategy {
    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
        String step = definition.getId();
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                Once noting = new Once(exchange, callback);
                try {
                    return super.process(exchange, noting);
                } catch (Throwable e) {
                    if (noting.called) {
                        throw e;
                    }
                    exchange.setException(e);
                    noting.done(true);
                    return true;
                }
            }

            /** Called once, when the step has ended. */
            final class Once implements AsyncCallback {
                private final Exchange exchange;
                private final AsyncCallback callback;
                private volatile boolean called;

                Once(Exchange exchange, AsyncCallback callback) {
                    this.exchange = exchange;
                    this.callback = callback;
                }

                @Override
                public void done(boolean doneSync) {
                    called = true;
                    if (exchange.getException() != null) {
                        FailedStep.note(exchange, step);
                    }
                    callback.done(doneSync);
                }
            }
        };
    }
}
