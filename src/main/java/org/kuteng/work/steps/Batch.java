package org.kuteng.work.steps;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.camel.Exchange;
import org.kuteng.work.Work;

/** The messages of a batch that is not complete yet: a list that grows at its end, kept with the exchange. */
final class Batch {
    private static final String PROPERTY = "KutengIncompleteBatch";

    private final Batch before;
    private final Handover last;

    private Batch(Batch before, Handover last) {
        this.before = before;
        this.last = last;
    }

    /** Null if the exchange holds no message. */
    static Batch of(Exchange exchange) {
        return exchange == null ? null : exchange.getProperty(PROPERTY, Batch.class);
    }

    /** Keeps with an exchange what a batch held before and one message more. */
    static void keep(Exchange exchange, Batch before, Handover last) {
        if (last.isEmpty() && before == null) {
            exchange.removeProperty(PROPERTY);
        } else {
            exchange.setProperty(PROPERTY, last.isEmpty() ? before : new Batch(before, last));
        }
    }

    /** The batch is not the exchange's any more. */
    static Batch take(Exchange exchange) {
        Batch batch = of(exchange);
        exchange.removeProperty(PROPERTY);
        return batch;
    }

    private List<Handover> handovers() {
        List<Handover> all = new ArrayList<>();
        for (Batch batch = this; batch != null; batch = batch.before) {
            all.add(batch.last);
        }
        Collections.reverse(all);
        return all;
    }

    /**
     * The batch is complete: the exchange stands for all of its messages, and lets go of them at its end.
     *
     * @return what holds them until then
     */
    Handover completedAs(Exchange exchange) {
        Handover all = Handover.of(exchange, handovers());
        Work.batch(exchange, all.works());
        all.resume();
        all.travelWith(exchange);
        return all;
    }

    /** The route says that it is to be discarded: its messages are done. */
    void release() {
        handovers().forEach(Handover::release);
    }

    /** It cannot be completed any more: its messages go back to their queues. */
    void putBack(String why) {
        for (Handover handover : handovers()) {
            handover.works().forEach(work -> work.putBack(why));
            handover.release();
        }
    }
}
