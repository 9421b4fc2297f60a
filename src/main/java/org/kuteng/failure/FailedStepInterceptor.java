package org.kuteng.failure;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
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
                Once noting = new Once(step, exchange, callback);
                try {
                    return super.process(exchange, noting);
                } catch (Throwable e) {
                    if (noting.isTold()) {
                        throw e;
                    }
                    exchange.setException(e);
                    noting.called = true;
                    return true;
                } finally {
                    noting.stepReturned();
                }
            }
        };
    }

    /**
     * Called once, when the step has ended. What is called before the step has returned is passed on when it has: Camel
     * calls it though an Error is about to come, and the route would go on as if the step had succeeded.
     */
    private static final class Once implements AsyncCallback {
        private static final AtomicIntegerFieldUpdater<Once> TOLD =
                AtomicIntegerFieldUpdater.newUpdater(Once.class, "told");

        private final String step;
        private final Exchange exchange;
        private final AsyncCallback callback;

        /** Null when the step has returned. */
        private volatile Thread inStep = Thread.currentThread();

        /** Whether it is called and not passed on yet: used by the thread in the step only. */
        private boolean called;

        /** 1 if it is passed on. No object of its own: there is one for each step of each message. */
        private volatile int told;

        Once(String step, Exchange exchange, AsyncCallback callback) {
            this.step = step;
            this.exchange = exchange;
            this.callback = callback;
        }

        @Override
        public void done(boolean doneSync) {
            if (doneSync && inStep == Thread.currentThread()) {
                called = true;
            } else {
                tell(doneSync);
            }
        }

        boolean isTold() {
            return told != 0;
        }

        void stepReturned() {
            inStep = null;
            if (called) {
                tell(true);
            }
        }

        private void tell(boolean doneSync) {
            if (!TOLD.compareAndSet(this, 0, 1)) {
                return;
            }
            if (exchange.getException() != null) {
                FailedStep.note(exchange, step);
            }
            callback.done(doneSync);
        }
    }
}
