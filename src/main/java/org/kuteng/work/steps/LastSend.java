package org.kuteng.work.steps;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.kuteng.work.Failure;
import org.kuteng.work.SendFollower;
import org.kuteng.work.Work;

/**
 * A send that is the last step. Its worker goes on with the next message while the broker confirms, and the message stays
 * in hand until then; a part of a split ends, and the split waits for all of them.
 */
final class LastSend extends DelegateAsyncProcessor {
    private final String step;
    private final LastSteps.End end;

    /** Found out with the first message, when the route is complete. */
    private volatile Answer answer;

    /** @param verdicts null if the exchange has to wait itself */
    private record Answer(LastSteps.Verdicts verdicts) {}

    private LastSend(Processor target, String step, LastSteps.End end) {
        super(target);
        this.step = step;
        this.end = end;
    }

    /** Wraps the step if it is the last one. */
    static Processor of(CamelContext context, NamedNode definition, Processor target) {
        LastSteps.End end = LastSteps.isSend(context, definition) ? LastSteps.endAfter(definition) : null;
        return end == null ? target : new LastSend(target, definition.getId(), end);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        SendFollower follower = follower(exchange);
        if (follower != null) {
            exchange.setProperty(SendFollower.PROPERTY, follower);
        }
        return super.process(exchange, callback);
    }

    private SendFollower follower(Exchange exchange) {
        LastSteps.Verdicts verdicts = verdicts(exchange.getContext());
        if (verdicts == null || EndWatchers.areThere(exchange)) {
            return null;
        }
        if (!(end.of() instanceof RouteDefinition route)) {
            Division division = Division.of(exchange);
            return division == null || !division.isOf(end.of()) ? null : division.new PartSend(step, !end.isParallel());
        }
        Work work = Work.of(exchange);
        return work != null && work.isOnlyOneOf(exchange) && route.getRouteId().equals(exchange.getFromRouteId())
                ? new WorkSend(work, exchange, verdicts)
                : null;
    }

    private LastSteps.Verdicts verdicts(CamelContext context) {
        Answer known = answer;
        if (known == null) {
            known = new Answer(LastSteps.verdicts(context, end.route()));
            answer = known;
        }
        return known.verdicts();
    }

    /** Follows the send of a message in hand. */
    private final class WorkSend implements SendFollower, SendFollower.Following {
        private final Work work;
        private final Exchange exchange;
        private final LastSteps.Verdicts verdicts;
        private Work.Hold hold;
        private final AtomicBoolean ended = new AtomicBoolean();
        private Executor after;

        WorkSend(Work work, Exchange exchange, LastSteps.Verdicts verdicts) {
            this.work = work;
            this.exchange = exchange;
            this.verdicts = verdicts;
        }

        @Override
        public Following follow(String target, Executor runsAfter) {
            after = runsAfter;
            hold = work.hold(step, false);
            return hold == null ? null : this;
        }

        @Override
        public void sent(Exception failure) {
            if (failure == null && hold.releaseIfQuick()) {
                return;
            }
            try {
                after.execute(() -> end(failure));
            } catch (Throwable e) {
                // the end of the program, or no memory: better here than not at all
                end(failure);
            }
        }

        private void end(Exception failure) {
            if (!ended.compareAndSet(false, true)) {
                // whoever was to run it did not say that it would
                return;
            }
            try {
                if (failure != null) {
                    work.fail(
                            new Failure(failure, exchange.getFromRouteId(), step, verdicts.buries(exchange, failure)));
                }
            } finally {
                hold.release();
            }
        }

        @Override
        public void withdraw() {
            hold.release();
        }
    }
}
