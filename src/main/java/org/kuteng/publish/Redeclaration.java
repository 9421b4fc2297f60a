package org.kuteng.publish;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Declares what one target needs again, when a message for it found no queue. */
final class Redeclaration {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final String target;
    private final Services services;

    /** Guards what follows; never held during I/O. */
    private final ReentrantLock lock = new ReentrantLock();

    /** What is to be declared before anything is sent; null: nothing is. */
    private Topology due;

    private boolean declaredOnce;
    private long declaredAt;

    /** Until then a message that finds no queue is no reason to declare again. */
    private long notDueBefore = System.nanoTime();

    /** After one that failed. */
    private long nextAttempt = System.nanoTime();

    private Duration pause = FIRST_PAUSE;

    /** @param target its description */
    Redeclaration(String target, Services services) {
        this.target = target;
        this.services = services;
    }

    /** What is sent to, for a reader. */
    String target() {
        return target;
    }

    /** Whether there will be a queue for the message, since what this process knows of its way is declared. Once each. */
    boolean isDoneFor(Unconfirmed unconfirmed) {
        Topology needed =
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
            due = needed;
            notDueBefore = now + pause.toNanos();
            Duration doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
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
        Topology needed;
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
            needed.declare(link.connection());
        } catch (BrokerException e) {
            if (e.endsRoute()) {
                LOG.error("{}", e.getMessage());
                done();
                throw e;
            }
            LOG.warn("{} has no queue, and it {}; trying again", target, e.getMessage());
            tryLater();
            return false;
        }
        LOG.info("{} had no queue: declared again", target);
        done();
        return true;
    }

    private void done() {
        lock.lock();
        try {
            due = null;
            declaredOnce = true;
            declaredAt = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    private void tryLater() {
        lock.lock();
        try {
            nextAttempt = System.nanoTime() + pause.toNanos();
        } finally {
            lock.unlock();
        }
    }
}
