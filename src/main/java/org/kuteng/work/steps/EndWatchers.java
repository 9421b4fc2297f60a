package org.kuteng.work.steps;

import org.apache.camel.Exchange;
import org.apache.camel.spi.UnitOfWork;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Whether somebody else is told how an exchange ends: {@code pollEnrich} moves or deletes its file then, an eager {@code
 * idempotentConsumer} keeps its key, and users do whatever they like. They are to be told the truth, so that the exchange
 * has to wait for what may still fail.
 */
final class EndWatchers {
    /** Equal to each watcher that is not kuteng's: a unit of work tells what it contains, and nothing more. */
    private static final SynchronizationAdapter FOREIGN = new SynchronizationAdapter() {
        @Override
        public boolean equals(Object other) {
            return !(other instanceof Handover) && !HeldUnits.isOwn(other);
        }

        @Override
        public int hashCode() {
            return 0;
        }
    };

    private EndWatchers() {}

    /** True also if it cannot be known. */
    static boolean areThere(Exchange exchange) {
        UnitOfWork unit = exchange.getUnitOfWork();
        return unit == null || unit.containsSynchronization(FOREIGN);
    }
}
