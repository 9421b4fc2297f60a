package org.kuteng.work.steps;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.kuteng.work.SendFollower;
import org.kuteng.work.SendFollower.Following;

/**
 * One run of a step that makes parts of an exchange, kept with the exchange and so with each part. The step takes over
 * the failure of a part as long as it runs; after its time-out nobody does. Parts whose last step is a send need not wait
 * for the broker: the step does, at its end, for all of them.
 */
final class Division {
    static final String PROPERTY = "KutengDivision";

    /** The first send that failed. */
    record FailedSend(Exception cause, String step) {}

    private final NamedNode definition;
    private volatile boolean ended;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition allAnswered = lock.newCondition();

    /** How many sends the broker has not answered. Guarded by the lock, as all that follows. */
    private int underWay;

    /** Where they go, if it is one target. */
    private String target;

    /** Of the first send that failed. Not one object, which may find no memory. */
    private Exception failure;

    private String failedStep;
    private Runnable whenAnswered;

    /** @param definition the step in its route */
    Division(NamedNode definition) {
        this.definition = definition;
    }

    /** The innermost one that an exchange is a part of; null if it is none. */
    static Division of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Division.class);
    }

    /** Whether it is a run of this step. */
    boolean isOf(NamedNode step) {
        return definition == step;
    }

    void end() {
        ended = true;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Follows the sends of a part. */
    final class PartSend implements SendFollower, Following {
        private final String step;
        private final boolean ordered;
        private Executor after;

        /** Guarded by the lock. */
        private boolean answered;

        /**
         * @param step the id of the step that sends
         * @param ordered whether it waits until all that went to another target is answered: the broker gets messages for
         *     different targets in any order
         */
        PartSend(String step, boolean ordered) {
            this.step = step;
            this.ordered = ordered;
        }

        @Override
        public Following follow(String to, Executor runsAfter) {
            after = runsAfter;
            try {
                begin(to, ordered);
                return this;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }

        @Override
        public void sent(Exception failure) {
            Runnable next = answered(this, failure);
            if (next == null) {
                return;
            }
            try {
                after.execute(next);
            } catch (Throwable e) {
                // the end of the program, or no memory: better here than not at all
                next.run();
            }
        }

        @Override
        public void withdraw() {
            sent(null);
        }
    }

    private void begin(String to, boolean ordered) throws InterruptedException {
        lock.lock();
        try {
            while (ordered && underWay > 0 && !to.equals(target)) {
                allAnswered.await();
            }
            target = to;
            underWay++;
        } finally {
            lock.unlock();
        }
    }

    private Runnable answered(PartSend send, Exception why) {
        lock.lock();
        try {
            if (send.answered) {
                return null;
            }
            send.answered = true;
            if (failure == null && why != null) {
                failure = why;
                failedStep = send.step;
            }
            if (--underWay > 0) {
                return null;
            }
            allAnswered.signalAll();
            Runnable next = whenAnswered;
            whenAnswered = null;
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** The first send that failed; null if none has, or none was followed. */
    FailedSend failed() {
        lock.lock();
        try {
            return failure == null ? null : new FailedSend(failure, failedStep);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the broker has answered all sends. */
    void awaitAnswers() throws InterruptedException {
        lock.lock();
        try {
            while (underWay > 0) {
                allAnswered.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs it once the broker has answered all sends; twice, if there is no memory at that moment.
     *
     * @return false if it has already, and nothing is run
     */
    boolean whenAnswered(Runnable next) {
        lock.lock();
        try {
            if (underWay == 0) {
                return false;
            }
            whenAnswered = next;
            return true;
        } finally {
            lock.unlock();
        }
    }
}
