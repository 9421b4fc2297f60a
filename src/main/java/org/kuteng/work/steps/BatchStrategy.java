package org.kuteng.work.steps;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;

/** Aggregates as the user's strategy does, and keeps the messages in hand that a batch is made of. */
class BatchStrategy extends UsersStrategy {
    private final Step step;

    /**
     * The step that aggregates.
     *
     * @param batches null if the user has a repository of his own
     * @param discardsOnFailure whether a batch is discarded when a message cannot be added to it
     */
    record Step(String id, Batches batches, boolean discardsOnFailure) {}

    private BatchStrategy(AggregationStrategy users, Step step) {
        super(users);
        this.step = step;
    }

    static BatchStrategy of(AggregationStrategy users, Step step) {
        return users instanceof Predicate completion
                ? new WithPredicate(users, step, completion)
                : new BatchStrategy(users, step);
    }

    /** A strategy that knows when a batch is complete. */
    private static final class WithPredicate extends BatchStrategy implements Predicate {
        private final Predicate completion;

        WithPredicate(AggregationStrategy users, Step step, Predicate completion) {
            super(users, step);
            this.completion = completion;
        }

        @Override
        public boolean matches(Exchange exchange) {
            return completion.matches(exchange);
        }

        @Override
        public void init(CamelContext context) {
            completion.init(context);
        }

        @Override
        public void initPredicate(CamelContext context) {
            completion.initPredicate(context);
        }
    }

    @Override
    public Exchange aggregate(Exchange batch, Exchange message) {
        Batch before = Batch.of(batch);
        Handover handover = Handover.of(message, step.id(), true);
        Aggregating.took(message, handover);
        Exchange answer;
        try {
            answer = users.aggregate(batch, message);
        } catch (RuntimeException | Error e) {
            handover.release();
            if (before != null && step.discardsOnFailure() && e instanceof RuntimeException) {
                before.release();
            }
            throw e;
        }
        if (answer == null) {
            // the step fails, and with it the attempt of this one message; the batch is as it was
            handover.release();
        } else {
            Batch.keep(answer, before, handover);
            message.setProperty(HANDOVER, handover);
        }
        return answer;
    }

    /** What was held for a message, in case that it has to be aggregated once more. */
    private static final String HANDOVER = "KutengHandover";

    @Override
    public void onOptimisticLockFailure(Exchange batch, Exchange message) {
        Handover handover = message.getProperty(HANDOVER, Handover.class);
        if (handover != null) {
            handover.release();
        }
        users.onOptimisticLockFailure(batch, message);
    }

    @Override
    public void onCompletion(Exchange exchange) {
        exchange.removeProperty(HANDOVER);
        Batch batch = Batch.take(exchange);
        Handover handover = null;
        if (batch != null) {
            handover = batch.completedAs(exchange);
            if (step.batches() != null) {
                step.batches().sentOn(exchange);
            }
        }
        try {
            users.onCompletion(exchange);
        } catch (Throwable e) {
            if (handover == null) {
                throw e;
            }
            forgotten(exchange, handover, e);
        }
    }

    /**
     * Camel forgets a batch whose strategy throws now. On the thread that looks for complete batches it forgets others as
     * well, and does not look again.
     */
    private static void forgotten(Exchange exchange, Handover handover, Throwable thrown) {
        handover.failed(exchange, thrown);
        exchange.setRouteStop(true);
    }

    @Override
    public boolean canPreComplete() {
        return users.canPreComplete();
    }

    @Override
    public boolean preComplete(Exchange batch, Exchange message) {
        return users.preComplete(batch, message);
    }

    @Override
    public void timeout(Exchange exchange, int index, int total, long timeout) {
        try {
            users.timeout(exchange, index, total, timeout);
        } catch (Throwable e) {
            Batch batch = Batch.take(exchange);
            Handover handover = batch == null ? null : batch.completedAs(exchange);
            if (step.batches() != null) {
                step.batches().sentOn(exchange);
            }
            if (handover == null) {
                throw e;
            }
            forgotten(exchange, handover, e);
        }
    }
}
