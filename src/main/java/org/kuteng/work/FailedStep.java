package org.kuteng.work;

import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.kuteng.untrusted.Thrown;

/** Finds out which step of a route failed. */
public final class FailedStep {
    private static final String PROPERTY = "KutengFailedStep";

    private static final String EXCEPTION_PROPERTY = "KutengFailedStepException";

    private FailedStep() {}

    /**
     * Notes the step at which an exchange failed; the innermost one is told first, and stays. An exception whose own
     * methods throw is replaced by one that can be asked: Camel would lose the exchange over it.
     */
    public static void note(Exchange exchange, String stepId) {
        if (exchange.getProperty(EXCEPTION_PROPERTY) != exchange.getException()) {
            Throwable thrown = exchange.getException();
            Throwable tellable = Thrown.forLog(thrown);
            if (tellable != thrown) {
                exchange.setException(tellable);
            }
            exchange.setProperty(EXCEPTION_PROPERTY, exchange.getException());
            exchange.setProperty(PROPERTY, stepId);
        }
    }

    /**
     * Describes the failure of an exchange.
     *
     * @param bury whether there is to be no further attempt
     */
    public static Failure of(Exchange exchange, Throwable cause, boolean bury) {
        String route = exchange.getProperty(Exchange.FAILURE_ROUTE_ID, String.class);
        // Camel wraps an Error, and says nothing of it
        boolean wrapped = cause instanceof CamelExecutionException && cause.getCause() instanceof Error;
        return new Failure(
                wrapped ? cause.getCause() : cause,
                route == null ? exchange.getFromRouteId() : route,
                exchange.getProperty(PROPERTY, String.class),
                bury);
    }
}
