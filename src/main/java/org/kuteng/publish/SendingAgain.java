package org.kuteng.publish;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.kuteng.broker.BrokerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages for one target that are to be sent again, in the order in which they were written first. Nothing new is
 * written while there are any.
 */
final class SendingAgain {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    private final Services services;
    private final ReentrantLock sending;
    private final TargetChannels channels;
    private final Redeclaration redeclaration;
    private final Runnable whenDone;

    /** Whether there is a mender that has not begun. */
    private final AtomicBoolean mending = new AtomicBoolean();

    /** Held by the mender at work. Senders that come meanwhile wait where they can be woken. */
    private final ReentrantLock oneMender = new ReentrantLock();

    /** Guards what follows; never held during I/O. */
    private final ReentrantLock lock = new ReentrantLock();

    private final PriorityQueue<Unconfirmed> messages =
            new PriorityQueue<>(Comparator.comparingLong((Unconfirmed unconfirmed) -> unconfirmed.order));

    private volatile boolean pending;
    private volatile boolean stopped;

    /**
     * @param sending held while a message for the target is written
     * @param whenDone called when no more can be sent again now
     */
    SendingAgain(
            Services services,
            ReentrantLock sending,
            TargetChannels channels,
            Redeclaration redeclaration,
            Runnable whenDone) {
        this.services = services;
        this.sending = sending;
        this.channels = channels;
        this.redeclaration = redeclaration;
        this.whenDone = whenDone;
    }

    // --- what waits to be sent again

    /** Whether anything new has to wait. */
    boolean isPending() {
        return pending;
    }

    boolean isStopped() {
        return stopped;
    }

    /** How many messages wait to be sent again. */
    int size() {
        lock.lock();
        try {
            return messages.size();
        } finally {
            lock.unlock();
        }
    }

    /** Sends these messages again as soon as that is possible; after {@link #stop} their senders are told. */
    void add(List<Unconfirmed> added) {
        if (!added.isEmpty()) {
            keep(added);
            mend();
        }
    }

    /** Sends a message as soon as its queue is there that nothing was sent to before. */
    void addFirst(Unconfirmed unconfirmed) {
        unconfirmed.deadline = services.deadline();
        add(List.of(unconfirmed));
    }

    /** Until the next round. */
    private void keep(List<Unconfirmed> kept) {
        boolean late;
        lock.lock();
        try {
            late = stopped;
            if (!late) {
                messages.addAll(kept);
                pending = true;
            }
        } finally {
            lock.unlock();
        }
        if (late) {
            tellStopped(kept);
        }
    }

    /**
     * Takes out what is past its deadline.
     *
     * @param blocked whether the broker takes nothing now: that time does not count, nor that of a queue that is too
     *     young
     */
    List<Unconfirmed> takeOverdue(long now, boolean blocked) {
        List<Unconfirmed> overdue = new ArrayList<>();
        lock.lock();
        try {
            for (Unconfirmed unconfirmed : List.copyOf(messages)) {
                if (blocked || redeclaration.isMaturing()) {
                    unconfirmed.deadline = services.deadline();
                } else if (unconfirmed.deadline - now < 0) {
                    messages.remove(unconfirmed);
                    overdue.add(unconfirmed);
                }
            }
        } finally {
            lock.unlock();
        }
        return overdue;
    }

    private List<Unconfirmed> takeAll() {
        lock.lock();
        try {
            List<Unconfirmed> all = new ArrayList<>(messages);
            all.sort(messages.comparator());
            messages.clear();
            pending = false;
            return all;
        } finally {
            lock.unlock();
        }
    }

    private Unconfirmed takeNext() {
        lock.lock();
        try {
            return messages.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is sent again any more; the senders of what waits for it are told. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
        } finally {
            lock.unlock();
        }
        tellStopped(takeAll());
    }

    private void tellStopped(List<Unconfirmed> left) {
        for (Unconfirmed unconfirmed : left) {
            if (unconfirmed.verdict == null) {
                unconfirmed.verdict = SendFailedException.unknown(unconfirmed.message, WaitingSenders.STOPPING, null);
            }
        }
        services.tellFailed(left);
    }

    // --- sending it

    /** Sends what waits for it as far as that is possible now, on a thread of its own. */
    void mend() {
        if (mending.compareAndSet(false, true)) {
            try {
                services.menders().execute(this::mendNow);
            } catch (RejectedExecutionException e) {
                mending.set(false);
                LOG.debug("nothing is sent again: the publisher is closed", e);
            } catch (Throwable e) {
                // asked for again at the next look from time to time
                mending.set(false);
                LOG.error("cannot start a thread to send again to {}: {}", redeclaration.target(), e.toString());
            }
        }
    }

    private void mendNow() {
        oneMender.lock();
        try {
            // whoever asks from here on asks for another round
            mending.set(false);
            if (redeclaration.declare(channels.linkToOpenOn())) {
                writeAll();
            }
        } catch (BrokerException e) {
            failAll(e);
        } catch (Throwable e) {
            LOG.error("sending again to {} failed: {}", redeclaration.target(), e.toString(), e);
        } finally {
            oneMender.unlock();
        }
        whenDone.run();
    }

    private void writeAll() {
        sending.lock();
        try {
            boolean goOn = true;
            while (goOn) {
                goOn = writeNext();
            }
        } finally {
            sending.unlock();
        }
    }

    /** @return whether there is more to do, and a way to do it */
    private boolean writeNext() {
        if (isDone()) {
            return false;
        }
        PublishingChannel channel = channels.usable();
        if (channel == null || !channel.hasRoom()) {
            if (channels.isFlowStopped()) {
                services.flowWatch().run();
            }
            return false;
        }
        Unconfirmed next = takeNext();
        return next == null || write(next, channel);
    }

    private boolean isDone() {
        lock.lock();
        try {
            pending = !messages.isEmpty();
            return !pending;
        } finally {
            lock.unlock();
        }
    }

    private boolean write(Unconfirmed unconfirmed, PublishingChannel channel) {
        SendFailedException failure = null;
        try {
            if (channel.write(unconfirmed)) {
                return true;
            }
        } catch (SendFailedException e) {
            failure = e;
        } catch (Throwable e) {
            // not written; tried again at the next look from time to time
            keep(List.of(unconfirmed));
            throw e;
        }
        if (failure == null && unconfirmed.isGivenUpAfterFaults()) {
            failure = SendFailedException.writeFault(unconfirmed.message, null);
        }
        if (failure == null) {
            add(List.of(unconfirmed));
            return false;
        }
        unconfirmed.verdict = failure;
        services.tellFailed(List.of(unconfirmed));
        return true;
    }

    /** Nothing of what waits to be sent again can be: what it is sent to exists with other arguments. */
    private void failAll(BrokerException why) {
        List<Unconfirmed> left = takeAll();
        for (Unconfirmed unconfirmed : left) {
            unconfirmed.verdict = new SendFailedException(
                    SendFailedException.Kind.RETURNED,
                    "message for " + unconfirmed.message.target() + " was returned, and " + why.getMessage(),
                    why);
        }
        services.tellFailed(left);
        left.stream().findFirst().ifPresent(unconfirmed -> services.declarations()
                .refused(unconfirmed.message, why));
    }
}
