package org.kuteng.work.steps;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.kuteng.work.FailedStep;
import org.kuteng.work.Work;

/**
 * A step that makes parts of an exchange: a part can find out whether the step still waits for it. It ends when the
 * broker has answered the sends that its parts did not wait for, and fails if one of them did.
 */
final class Dividing extends DelegateAsyncProcessor {
    private final NamedNode definition;

    Dividing(Processor target, NamedNode definition) {
        super(target);
        this.definition = definition;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Run run = new Run(exchange, callback);
        exchange.setProperty(Division.PROPERTY, run.division);
        return super.process(exchange, run) && !run.later;
    }

    private final class Run implements AsyncCallback {
        private final Division division = new Division(definition);
        private final Division around;
        private final AtomicBoolean told = new AtomicBoolean();
        private final Exchange exchange;
        private final AsyncCallback callback;

        /** Whether the callback is called later, and not on the thread that makes the parts. */
        private boolean later;

        Run(Exchange exchange, AsyncCallback callback) {
            this.exchange = exchange;
            this.callback = callback;
            this.around = Division.of(exchange);
        }

        @Override
        public void done(boolean doneSync) {
            division.end();
            exchange.setProperty(Division.PROPERTY, around);
            if (!Work.waitsForSends(exchange)) {
                later = true;
                if (division.whenAnswered(() -> answered(false))) {
                    return;
                }
                later = false;
            } else {
                awaitAnswers();
            }
            answered(doneSync);
        }

        /** On the thread that calls: the route goes on on the worker's own one. */
        private void awaitAnswers() {
            try {
                division.awaitAnswers();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                fail(e, definition.getId());
            }
        }

        private void answered(boolean doneSync) {
            if (!told.compareAndSet(false, true)) {
                return;
            }
            Division.FailedSend failed = division.failed();
            if (failed != null) {
                fail(failed.cause(), failed.step());
            }
            callback.done(doneSync);
        }

        private void fail(Exception cause, String step) {
            if (exchange.getException() == null) {
                exchange.setException(cause);
                FailedStep.note(exchange, step);
            }
        }
    }
}
