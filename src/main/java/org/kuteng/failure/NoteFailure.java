package org.kuteng.failure;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.kuteng.work.FailedStep;
import org.kuteng.work.FailureHandler;
import org.kuteng.work.Work;

/**
 * A step for the error handling of routes: notes that the work failed. What follows from it happens when the route has
 * ended, so that a message whose parts fail one by one is attempted again once and not once for each part.
 */
public final class NoteFailure implements Processor {
    /** {@link FailureHandler#RETRY_OR_BURY_STEP}. */
    public static final String RETRY_OR_BURY = FailureHandler.RETRY_OR_BURY_STEP;

    /** {@link FailureHandler#BURY_STEP}. */
    public static final String BURY = FailureHandler.BURY_STEP;

    private final boolean bury;

    /** @param bury whether there is to be no further attempt */
    public NoteFailure(boolean bury) {
        this.bury = bury;
    }

    /** Camel puts it into a text for each message that fails, whether or not it logs that. */
    @Override
    public String toString() {
        return bury ? BURY : RETRY_OR_BURY;
    }

    /** @throws Exception what was caught, if the exchange is no message from a queue: nothing could be done with it */
    @Override
    public void process(Exchange exchange) throws Exception {
        Exception caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        Exception cause = caught != null ? caught : new IllegalStateException("the route gave the message up");
        if (!Work.fail(exchange, FailedStep.of(exchange, cause, bury))) {
            throw cause;
        }
    }
}
