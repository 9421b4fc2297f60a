package org.kuteng.work;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.SafeCopyProperty;
import org.kuteng.events.Outcome;
import org.kuteng.work.OnceOnly.Claim;

/**
 * A message in hand: from the moment a worker takes it to its one end. It is kept with the exchange, and with every copy
 * of it that a splitter, a multicast, {@code seda:} or {@code wireTap} makes, whatever the route makes of body and
 * headers. It ends when the route has completed and nothing holds it any more.
 */
public final class Work {

    /** The exchange property that holds the work; the shipped {@code failures.camel.yaml} looks at it. */
    public static final String PROPERTY = "KutengDelivery";

    /** The exchange property with the works of an exchange that stands for several messages: a list. */
    private static final String BATCH_PROPERTY = "KutengBatch";

    /** Told when the route has completed and the last hold is released. */
    interface Settlement {
        void settle(Work work);

        /** Whether it acknowledges the message when its work has succeeded; otherwise nobody does, or the route. */
        default boolean acknowledges() {
            return true;
        }

        /** Told each time when nothing but steps that wait for something else keep the message in hand. */
        default void parked(Work work) {
            // nothing to be done
        }
    }

    /** Keeps a message in hand beyond the end of its route. */
    public final class Hold {
        private final String step;
        private boolean parked;
        private boolean released;

        private Hold(String step, boolean parked) {
            this.step = step;
            this.parked = parked;
        }

        /** The work of the message. */
        public Work work() {
            return Work.this;
        }

        /** What waited is worked on from now on, so that a stop waits for it. */
        public void resume() {
            park(this, false);
        }

        /** What this hold stood for is done, or has failed and said so. Calling it again does nothing. */
        public void release() {
            Work.this.release(this, false);
        }

        /**
         * The same, but only if nothing that may take long follows: for the thread that reads from the broker.
         *
         * @return false if it was not released
         */
        public boolean releaseIfQuick() {
            return Work.this.release(this, true);
        }
    }

    private final Delivery delivery;
    private final Settlement settlement;
    private final boolean asynchronous;
    private final long begunNanos = System.nanoTime();

    /** Empty and not to be changed for most messages. Guarded by this, as all that follows. */
    private List<Hold> holds = List.of();

    private List<Runnable> whenDone = List.of();

    private Exchange exchange;
    private String notDone;
    private Claim claim = Claim.NONE;
    private Failure failure;
    private boolean routeCompleted;
    private boolean wasHeld;
    private boolean toldParked;
    private Outcome outcome;

    /** @param asynchronous whether the worker goes on with its next message before the route has completed */
    Work(Delivery delivery, Settlement settlement, boolean asynchronous) {
        this.delivery = delivery;
        this.settlement = settlement;
        this.asynchronous = asynchronous;
    }

    /** A work that belongs to no worker: for those who call a route, or a mapping, with a message of their own. */
    public static Work detached(Delivery delivery) {
        return new Work(delivery, work -> {}, false);
    }

    /** The work that an exchange belongs to; null if the exchange does not come from a queue. */
    public static Work of(Exchange exchange) {
        Work work = exchange.getProperty(PROPERTY, Work.class);
        return work == null && kept(exchange) != null ? kept(exchange).work() : work;
    }

    /** What an exchange and its copies keep even if a step removes all properties. */
    private record Kept(Work work, Collection<Work> batch) implements SafeCopyProperty {
        @Override
        public SafeCopyProperty safeCopy() {
            return this;
        }
    }

    private static Kept kept(Exchange exchange) {
        return exchange.getExchangeExtension().getSafeCopyProperty(PROPERTY, Kept.class);
    }

    private static void keep(Exchange exchange, Work work, Collection<Work> batch) {
        exchange.setProperty(PROPERTY, work);
        exchange.setProperty(BATCH_PROPERTY, batch);
        exchange.getExchangeExtension().setSafeCopyProperty(PROPERTY, work == null ? null : new Kept(work, batch));
    }

    /**
     * All works that an exchange stands for: those of its batch, else its own.
     *
     * @return empty if the exchange does not come from a queue
     */
    @SuppressWarnings("unchecked")
    public static Collection<Work> all(Exchange exchange) {
        Object batch = exchange.getProperty(BATCH_PROPERTY);
        if (batch != null) {
            return (Collection<Work>) batch;
        }
        Kept kept = exchange.getProperty(PROPERTY) == null ? kept(exchange) : null;
        if (kept != null && kept.batch() != null) {
            return kept.batch();
        }
        Work own = of(exchange);
        return own == null ? List.of() : List.of(own);
    }

    /** From now on the exchange stands for these works. */
    public static void batch(Exchange exchange, Collection<Work> works) {
        Set<Work> members = new LinkedHashSet<>(works);
        keep(exchange, members.isEmpty() ? of(exchange) : members.iterator().next(), members);
    }

    /** Another exchange, which is no copy of the first, stands for the same works. */
    public static void carry(Exchange from, Exchange to) {
        Collection<Work> works = all(from);
        keep(to, of(from), works.size() > 1 ? works : null);
    }

    /**
     * Notes a failure with all works that an exchange stands for.
     *
     * @return false if the exchange does not come from a queue
     */
    public static boolean fail(Exchange exchange, Failure failure) {
        Collection<Work> works = all(exchange);
        works.forEach(work -> work.fail(failure));
        return !works.isEmpty();
    }

    /**
     * Whether a step that sends waits for the broker on the thread that calls it, so that the route goes on on the
     * worker's own thread and {@code concurrentConsumers} is what it says.
     */
    public static boolean waitsForSends(Exchange exchange) {
        Work work = of(exchange);
        return work != null && !work.asynchronous;
    }

    /**
     * Whether the exchange works on this message and no other, and its end may come after that of its route: not where a
     * transaction is bound to the thread that the route runs on, and not where the route itself acknowledges.
     */
    public synchronized boolean isOnlyOneOf(Exchange worker) {
        return exchange == worker
                && worker.getProperty(BATCH_PROPERTY) == null
                && !claim.isBoundToThread()
                && settlement.acknowledges();
    }

    /** Whether nothing that may take long follows once the last hold is released. With the monitor held. */
    private boolean isSettledQuickly() {
        return failure == null && notDone == null && whenDone.isEmpty();
    }

    /** The message as the broker delivered it. */
    public Delivery delivery() {
        return delivery;
    }

    /** The exchange in which the route works on the message; null before it begins. */
    public synchronized Exchange exchange() {
        return exchange;
    }

    synchronized void begin(Exchange begun) {
        exchange = begun;
        // nothing is kept with a new exchange yet that would have to be removed
        begun.setProperty(PROPERTY, this);
        begun.getExchangeExtension().setSafeCopyProperty(PROPERTY, new Kept(this, null));
    }

    /** The exchange, to be used again for another message; null if a step may still have it. */
    synchronized Exchange takeExchange() {
        Exchange taken = wasHeld ? null : exchange;
        exchange = null;
        return taken;
    }

    synchronized Claim claim() {
        return claim;
    }

    synchronized void claim(Claim taken) {
        claim = taken;
    }

    /** How long it has been in hand. */
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - begunNanos);
    }

    /**
     * Notes that the work failed; what becomes of the message is decided when the work ends. Of several failures (the
     * parts of a split message) the first counts, unless a later one is to bury.
     */
    public synchronized void fail(Failure failed) {
        if (failure == null || failed.bury() && !failure.bury()) {
            failure = failed;
        }
    }

    /** Why the work failed; null if it did not. */
    public synchronized Failure failure() {
        return failure;
    }

    /**
     * Keeps the message in hand although its route may complete: what a step keeps or hands on still has to be done.
     *
     * @param step the id of the step
     * @param parked whether it waits for something else (a batch that is not complete): a stop does not wait for it
     * @return null if the work has ended already: nothing can be held any more
     */
    public synchronized Hold hold(String step, boolean parked) {
        if (routeCompleted && holds.isEmpty()) {
            return null;
        }
        Hold hold = new Hold(step, parked);
        holds = holds.isEmpty() ? new ArrayList<>(1) : holds;
        holds.add(hold);
        wasHeld = true;
        toldParked = toldParked && parked;
        return hold;
    }

    private void park(Hold hold, boolean parked) {
        synchronized (this) {
            hold.parked = parked;
            toldParked = toldParked && isParked();
        }
    }

    /** Whether it is parked, and nobody was told. With the monitor held. */
    private boolean isNewlyParked() {
        boolean before = toldParked;
        toldParked = isParked();
        return toldParked && !before;
    }

    private boolean release(Hold hold, boolean onlyIfQuick) {
        boolean last;
        boolean parked;
        synchronized (this) {
            if (hold.released) {
                return true;
            }
            if (onlyIfQuick && !isSettledQuickly()) {
                return false;
            }
            hold.released = true;
            holds.remove(hold);
            last = routeCompleted && holds.isEmpty();
            parked = isNewlyParked();
        }
        if (last) {
            settlement.settle(this);
        } else if (parked) {
            settlement.parked(this);
        }
        return true;
    }

    /** The route has completed; ends the work unless something holds it. */
    void routeCompleted() {
        boolean last;
        boolean parked;
        synchronized (this) {
            if (routeCompleted) {
                return;
            }
            routeCompleted = true;
            last = holds.isEmpty();
            parked = isNewlyParked();
        }
        if (last) {
            settlement.settle(this);
        } else if (parked) {
            settlement.parked(this);
        }
    }

    /** Whether the route that took the message has completed; steps may hold the message all the same. */
    public synchronized boolean isRouteCompleted() {
        return routeCompleted;
    }

    /**
     * What was to be done cannot be done here any more, though nothing failed: the message goes back to its queue, unless
     * its work fails as well, and no attempt is spent.
     *
     * @param why for the log
     */
    public synchronized void putBack(String why) {
        notDone = why;
    }

    /** Why the message goes back to its queue; null if it does not. */
    synchronized String notDone() {
        return notDone;
    }

    /** Does something when the work has succeeded, before its message is acknowledged. */
    public synchronized void whenDone(Runnable action) {
        whenDone = whenDone.isEmpty() ? new ArrayList<>(1) : whenDone;
        whenDone.add(action);
    }

    /** What is to be done since the work has succeeded. */
    synchronized List<Runnable> whenDone() {
        return List.copyOf(whenDone);
    }

    /** The step that holds the message beyond its route; null if none does. */
    synchronized String heldBy() {
        return holds.isEmpty() ? null : holds.get(0).step;
    }

    /** Whether nothing but steps that wait for something else keep the message in hand. */
    synchronized boolean isParked() {
        return routeCompleted && !holds.isEmpty() && holds.stream().allMatch(hold -> hold.parked);
    }

    /**
     * Ends the work; the first end counts.
     *
     * @return false if it has ended already
     */
    synchronized boolean end(Outcome how) {
        if (outcome != null) {
            return false;
        }
        outcome = how;
        return true;
    }

    /** How it ended; null if it has not. */
    public synchronized Outcome outcome() {
        return outcome;
    }
}
