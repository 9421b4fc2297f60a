package org.kuteng.work.steps;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The user's strategy of a {@code pollEnrich}. What was taken in ends with the message that has taken it in, whatever the
 * strategy does: Camel forgets the ends of what was taken in if the strategy throws or answers null.
 */
final class TakenInStrategy extends ServiceSupport implements AggregationStrategy, CamelContextAware {
    private final AggregationStrategy users;
    private CamelContext context;

    TakenInStrategy(AggregationStrategy users) {
        this.users = users;
    }

    /** @param takenIn null if there was nothing to take in */
    @Override
    public Exchange aggregate(Exchange message, Exchange takenIn) {
        try {
            return users.aggregate(message, takenIn);
        } finally {
            if (takenIn != null) {
                takenIn.getExchangeExtension().handoverCompletions(message);
            }
        }
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.context = camelContext;
        CamelContextAware.trySetCamelContext(users, camelContext);
    }

    @Override
    protected void doStart() {
        ServiceHelper.startService(users);
    }

    @Override
    protected void doStop() {
        ServiceHelper.stopService(users);
    }

    @Override
    public String toString() {
        return users.toString();
    }
}
