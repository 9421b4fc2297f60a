package org.kuteng.work.steps;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.kuteng.work.FailedStep;
import org.kuteng.work.Failure;
import org.kuteng.work.Work;
import org.kuteng.work.Work.Hold;

/**
 * Holds the works of an exchange while a step hands them on to another exchange, until that one has ended. If it ends
 * with a failure that nothing handled, the attempt has failed.
 */
final class Handover extends SynchronizationAdapter {
    private final Exchange from;
    private final List<Hold> holds;

    /** Whether it is bound to the exchange that carries the works on. */
    private volatile boolean travelling;

    private Handover(Exchange from, List<Hold> holds) {
        this.from = from;
        this.holds = holds;
    }

    /**
     * Begins to hold.
     *
     * @param from an exchange; one that does not come from a queue has nothing to hold
     * @param step the id of the step
     * @param parked whether what is kept waits for something else: a stop does not wait for it
     */
    static Handover of(Exchange from, String step, boolean parked) {
        List<Hold> holds = new ArrayList<>(1);
        for (Work work : Work.all(from)) {
            holds.add(work.hold(step, parked));
        }
        holds.removeIf(Objects::isNull);
        return new Handover(from, holds);
    }

    /** Several as one, which note a failure once. */
    static Handover of(Exchange from, List<Handover> several) {
        return new Handover(
                from, several.stream().flatMap(one -> one.holds.stream()).toList());
    }

    boolean isEmpty() {
        return holds.isEmpty();
    }

    boolean isTravelling() {
        return travelling;
    }

    List<Work> works() {
        return holds.stream().map(Hold::work).toList();
    }

    /** The exchange that carries the works on, and lets go of them at its end. */
    void travelWith(Exchange target) {
        travelling = true;
        if (!isEmpty()) {
            if (Work.of(target) == null) {
                Work.carry(from, target);
            }
            target.getExchangeExtension().addOnCompletion(this);
        }
    }

    void resume() {
        holds.forEach(Hold::resume);
    }

    /** Lets go; calling it again does nothing. */
    void release() {
        holds.forEach(Hold::release);
    }

    /**
     * The exchange that carries the works on has failed, or will never end: the attempt has failed. It may belong to
     * another message, which has taken these in ({@code pollEnrich}).
     */
    void failed(Exchange exchange, Throwable thrown) {
        try {
            Failure failure = FailedStep.of(exchange, thrown, false);
            works().forEach(work -> work.fail(failure));
        } finally {
            release();
        }
    }

    @Override
    public void onComplete(Exchange exchange) {
        release();
    }

    @Override
    public void onFailure(Exchange exchange) {
        failed(exchange, exchange.getException());
    }

    @Override
    public boolean allowHandover() {
        // Camel moves it from the exchange that came to the one that a resequencer keeps, and no further
        return !travelling;
    }

    @Override
    public void beforeHandover(Exchange target) {
        travelling = true;
    }
}
