package org.kuteng.work.steps;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;

/**
 * The user's strategy of a {@code pollEnrich}. What was taken in ends with the message that has taken it in, whatever the
 * strategy does: Camel forgets the ends of what was taken in if the strategy throws or answers null.
 */
final class TakenInStrategy extends UsersStrategy {
    TakenInStrategy(AggregationStrategy users) {
        super(users);
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
}
