package org.kuteng.work.steps;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Ordered;
import org.apache.camel.spi.UnitOfWork;
import org.apache.camel.spi.UnitOfWorkFactory;
import org.apache.camel.support.SynchronizationAdapter;
import org.kuteng.work.FailedStep;
import org.kuteng.work.Work;
import org.kuteng.work.Work.Hold;

/**
 * Every exchange that works on a message, besides the one that its worker waits for, holds it from its beginning to its
 * end: the branch of a multicast that goes on after the time-out too.
 */
final class HeldUnits implements UnitOfWorkFactory {
    private final UnitOfWorkFactory camels;
    private final Untaken untaken;

    /** @param failures told of each exchange that fails and that belongs to no message in hand */
    HeldUnits(UnitOfWorkFactory camels, Consumer<Exchange> failures) {
        this.camels = camels;
        this.untaken = new Untaken(failures);
    }

    /** Whether it is one of those that are added here. */
    static boolean isOwn(Object synchronization) {
        return synchronization instanceof Untaken || synchronization instanceof End;
    }

    @Override
    public UnitOfWork createUnitOfWork(Exchange exchange) {
        UnitOfWork unit = camels.createUnitOfWork(exchange);
        Work own = Work.of(exchange);
        if (own == null) {
            unit.addSynchronization(untaken);
        } else if (own.exchange() != exchange) {
            End end = new End(exchange);
            // the first that is added is the last that is called
            unit.addSynchronization(end.holds.isEmpty() ? untaken : end);
        }
        return unit;
    }

    @Override
    public void afterPropertiesConfigured(CamelContext context) {
        camels.afterPropertiesConfigured(context);
    }

    /** The end of an exchange that no worker cares for. */
    private static final class Untaken extends SynchronizationAdapter {
        private final Consumer<Exchange> failures;

        Untaken(Consumer<Exchange> failures) {
            this.failures = failures;
        }

        @Override
        public void onFailure(Exchange exchange) {
            failures.accept(exchange);
        }

        @Override
        public boolean allowHandover() {
            return false;
        }

        @Override
        public int getOrder() {
            return Ordered.LOWEST;
        }
    }

    /** Called when all that the exchange has begun is done. */
    private static final class End extends SynchronizationAdapter {
        private final List<Hold> holds = new ArrayList<>(1);

        /** The step that the exchange is a part of; null if it is none. */
        private final Division division;

        End(Exchange exchange) {
            String step = step(exchange);
            for (Work work : Work.all(exchange)) {
                holds.add(work.hold(step, false));
            }
            holds.removeIf(Objects::isNull);
            division = Division.of(exchange);
        }

        private static String step(Exchange exchange) {
            return "a copy in route " + exchange.getFromRouteId();
        }

        @Override
        public void onFailure(Exchange exchange) {
            // else the step has taken the failure over, or will
            if (division != null && division.hasEnded()) {
                Work.fail(exchange, FailedStep.of(exchange, exchange.getException(), false));
            }
            onDone(exchange);
        }

        @Override
        public void onDone(Exchange exchange) {
            holds.forEach(Hold::release);
        }

        @Override
        public boolean allowHandover() {
            return false;
        }

        @Override
        public int getOrder() {
            return Ordered.LOWEST;
        }
    }
}
