package org.kuteng.work.steps;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.processor.aggregate.UseOriginalAggregationStrategy;

/**
 * Aggregates as the user's strategy does. An Error of it is made an exception: on another thread than the worker's Camel
 * lets an Error through, and the step never ends.
 */
final class SoundStrategy extends UsersStrategy {
    private SoundStrategy(AggregationStrategy users) {
        super(users);
    }

    /**
     * Wraps a strategy of the user's own.
     *
     * @param found anything; what is no such strategy is answered as it is
     */
    static Object of(Object found) {
        // the splitter looks for that one by its class
        return found instanceof AggregationStrategy users && !(found instanceof UseOriginalAggregationStrategy)
                ? new SoundStrategy(users)
                : found;
    }

    @Override
    public Exchange aggregate(Exchange before, Exchange part) {
        try {
            return users.aggregate(before, part);
        } catch (Error e) {
            throw new RuntimeCamelException(e);
        }
    }

    @Override
    public Exchange aggregate(Exchange before, Exchange part, Exchange input) {
        try {
            return users.aggregate(before, part, input);
        } catch (Error e) {
            throw new RuntimeCamelException(e);
        }
    }

    @Override
    public void timeout(Exchange exchange, int index, int total, long timeout) {
        try {
            users.timeout(exchange, index, total, timeout);
        } catch (Error e) {
            throw new RuntimeCamelException(e);
        }
    }

    @Override
    public void onCompletion(Exchange exchange) {
        users.onCompletion(exchange);
    }

    @Override
    public void onCompletion(Exchange exchange, Exchange input) {
        try {
            users.onCompletion(exchange, input);
        } catch (Error e) {
            throw new RuntimeCamelException(e);
        }
    }
}
