package org.kuteng.publish;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.kuteng.broker.BrokerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Declares what one target needs: before its first message, or again when a message for it found no queue. */
final class Redeclaration {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final String target;
    private final Services services;

    /** Guards what follows; never held during I/O. */
    private final ReentrantLock lock = new ReentrantLock();

    /** What is to be declared before anything is sent; null: nothing is. */
    private volatile NeededTopology due;

    /** Why it could not be declared the last time; null: it could, or was not tried. Used by one thread at a time. */
    private String lastFault;

    private boolean declaredOnce;
    private long declaredAt;

    /** Until then a message that finds no queue is no reason to declare again. */
    private long notDueBefore = System.nanoTime();

    /** After one that failed. */
    private long nextAttempt = System.nanoTime();

    private Duration pauseAfterFailure = FIRST_PAUSE;
    private Duration pause = FIRST_PAUSE;

    /**
     * @param target its description
     * @param due what is to be declared before its first message; null: nothing
     */
    Redeclaration(String target, NeededTopology due, Services services) {
        this.target = target;
        this.due = due;
        this.services = services;
    }

    /** What is sent to, for a reader. */
    String target() {
        return target;
    }

    /**
     * Whether nothing was ever sent there, since it is not there yet. Its senders do not wait for that: a worker is not
     * to be held up by the first failure of its work, and no more messages come than workers have in hand.
     */
    boolean isBeforeFirst() {
        NeededTopology needed = due;
        return needed != null && needed.isOnDemand();
    }

    /** Whether the queue is there, and only has to become old enough: that time does not count as the broker's. */
    boolean isMaturing() {
        NeededTopology needed = due;
        return needed != null && needed.isMaturing();
    }

    /** Whether there will be a queue for the message, since what this process knows of its way is declared. Once each. */
    boolean isDoneFor(Unconfirmed unconfirmed) {
        NeededTopology needed =
                unconfirmed.redeclared ? null : services.declarations().neededBy(unconfirmed.message);
        if (needed == null) {
            return false;
        }
        unconfirmed.redeclared = true;
        long now = System.nanoTime();
        lock.lock();
        try {
            boolean since = declaredOnce && unconfirmed.writtenAt - declaredAt < 0;
            if (due != null || since) {
                return true;
            }
            if (notDueBefore - now > 0) {
                return false;
            }
            needed.vanished();
            due = needed;
            notDueBefore = now + pause.toNanos();
            pause = doubled(pause);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Declares what is due. By one thread at a time; waits for the broker.
     *
     * @param link null while there is no connection
     * @return whether what is sent to is there, as far as is known; otherwise to be called again
     * @throws BrokerException if it exists with other arguments, so that nothing is to be sent there
     */
    boolean declare(PublishingLink link) {
        NeededTopology needed;
        lock.lock();
        try {
            needed = due;
            if (needed != null && (link == null || nextAttempt - System.nanoTime() > 0)) {
                return false;
            }
        } finally {
            lock.unlock();
        }
        if (needed == null) {
            return true;
        }
        try {
            if (!needed.makeReady(link.connection())) {
                return false;
            }
        } catch (BrokerException e) {
            if (e.endsRoute()) {
                tell(Level.ERROR, e.getMessage());
                doneUnlessOnDemand();
                throw e;
            }
            tell(Level.WARN, e.getMessage() + "; what is sent to " + target + " waits for it; trying again");
            tryLater();
            return false;
        }
        if (needed.isOnDemand()) {
            LOG.debug("{} is declared, since a message needs it", target);
        } else {
            LOG.info("{} had no queue: declared again", target);
        }
        lastFault = null;
        done();
        return true;
    }

    private void tell(Level level, String fault) {
        if (!fault.equals(lastFault)) {
            lastFault = fault;
            LOG.atLevel(level).log("{}", fault);
        }
    }

    /** A further message for a queue that is declared on demand is refused like this one, unless somebody mends it. */
    private void doneUnlessOnDemand() {
        if (!isBeforeFirst()) {
            done();
        }
    }

    private void done() {
        lock.lock();
        try {
            due = null;
            pauseAfterFailure = FIRST_PAUSE;
            declaredOnce = true;
            declaredAt = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    private static Duration doubled(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    private void tryLater() {
        lock.lock();
        try {
            nextAttempt = System.nanoTime() + pauseAfterFailure.toNanos();
            pauseAfterFailure = doubled(pauseAfterFailure);
        } finally {
            lock.unlock();
        }
    }
}
