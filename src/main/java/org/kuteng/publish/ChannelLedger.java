package org.kuteng.publish;

import com.rabbitmq.client.Return;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What was written on one channel and is not settled, by the number that the broker gives to each message, and which one
 * is being written. Its monitor is held for moments only: never during I/O, and never while anybody is told.
 */
final class ChannelLedger {
    /** The client library tells of an end within this, unless it is out of order itself. */
    private static final long SILENT_END_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Bytes a second that any line carries: a write of a large message takes its time. */
    private static final long SLOWEST_LINE = 64 * 1024;

    private final boolean confirm;
    private final boolean explainsLater;
    private final long timeoutNanos;
    private final UnconfirmedWindow<Unconfirmed> window;

    /** Refused; the reason may follow. Their outcome is decided already. */
    private final List<Unconfirmed> unexplained = new ArrayList<>();

    /** How many were taken out whose owner has not yet found another place for them. */
    private int inHand;

    /** The number that the broker gives to the next message it gets. */
    private long next = 1;

    /** The message that is being written; null if none is. */
    private Unconfirmed writing;

    private long writingSince;

    /** Set when nothing more may be written, though the end is not there yet. */
    private boolean broken;

    /** Takes no more messages, and closes when the last one is settled. */
    private boolean retiring;

    private boolean closed;

    /** @param explainsLater whether the broker refuses a message first and says why afterwards */
    ChannelLedger(PublishSettings settings, boolean explainsLater) {
        this.confirm = settings.confirm();
        this.explainsLater = explainsLater;
        this.timeoutNanos = settings.confirmTimeout().toNanos();
        this.window = new UnconfirmedWindow<>(settings.window());
    }

    // --- writing, one message at a time

    synchronized boolean hasRoom() {
        return !closed && !broken && !retiring && !window.isFull();
    }

    /** @return false if the channel takes no more messages or has no room */
    synchronized boolean begin(Unconfirmed unconfirmed) {
        if (!hasRoom()) {
            return false;
        }
        long now = System.nanoTime();
        if (confirm) {
            window.add(next, unconfirmed);
        }
        unconfirmed.returned = null;
        unconfirmed.verdict = null;
        unconfirmed.number = next;
        unconfirmed.writtenAt = now;
        if (unconfirmed.writes++ == 0) {
            unconfirmed.deadline = now + timeoutNanos;
        }
        next++;
        writing = unconfirmed;
        writingSince = now;
        return true;
    }

    synchronized void written(Unconfirmed unconfirmed) {
        writing = null;
        if (unconfirmed.writes == 1) {
            // the write may have been held up: the broker has the whole time from here on
            unconfirmed.writtenAt = System.nanoTime();
            unconfirmed.deadline = unconfirmed.writtenAt + timeoutNanos;
        }
    }

    /** It is not known how much was written: nothing more may be. */
    synchronized void breakOff() {
        writing = null;
        broken = true;
    }

    /**
     * The message that was being written never reached the broker, which gives its number to the next one.
     *
     * @return false if {@link #close} has given it out already
     */
    synchronized boolean takeBack() {
        writing = null;
        if (confirm && (closed || !window.takeBack())) {
            return false;
        }
        next--;
        broken = false;
        return true;
    }

    /**
     * How long the write in progress has been held up by something else than the size of the message, in nanoseconds; not
     * above 0 if none is.
     */
    synchronized long heldFor(long now) {
        if (writing == null) {
            return 0;
        }
        long onItsWay = TimeUnit.SECONDS.toNanos(writing.message.body().length) / SLOWEST_LINE;
        return now - writingSince - onItsWay;
    }

    /** Whether a write was broken off, and nobody has said yet that the channel has ended. */
    synchronized boolean isBroken(long now) {
        return broken && !closed && now - writingSince > SILENT_END_NANOS;
    }

    // --- what the broker answers

    /**
     * Takes out what the broker acknowledges.
     *
     * @param confirmed gets those that it did not give back before
     * @return those that it did; in hand until {@link #settled}
     */
    synchronized List<Unconfirmed> acknowledge(long number, boolean multiple, List<Unconfirmed> confirmed) {
        window.settle(number, multiple, confirmed::add);
        List<Unconfirmed> returned = withoutReturned(confirmed);
        inHand += returned.size();
        return returned;
    }

    /**
     * Takes out what the broker refuses. If it may say why afterwards, {@link #takeUnexplained} gives it out; otherwise
     * it is in hand until {@link #settled}.
     *
     * @param refused gets those that it did not give back before
     * @return those that it did
     */
    synchronized List<Unconfirmed> refuse(long number, boolean multiple, List<Unconfirmed> refused) {
        window.settle(number, multiple, refused::add);
        if (explainsLater) {
            unexplained.addAll(refused);
            return List.of();
        }
        inHand += refused.size();
        return withoutReturned(refused);
    }

    /** Takes those out of the list that the broker gave back before it answered. */
    private static List<Unconfirmed> withoutReturned(List<Unconfirmed> answered) {
        List<Unconfirmed> returned = List.of();
        for (int i = 0; i < answered.size(); i++) {
            if (answered.get(i).returned != null) {
                returned = returned.isEmpty() ? new ArrayList<>() : returned;
                returned.add(answered.get(i));
            }
        }
        if (!returned.isEmpty()) {
            answered.removeAll(returned);
        }
        return returned;
    }

    /** The owner has told their senders, or keeps them to be sent again. */
    synchronized void settled(int count) {
        inHand -= count;
    }

    /** Takes those of the messages out that were refused and that no reason came for: in hand until {@link #settled}. */
    synchronized List<Unconfirmed> takeUnexplained(List<Unconfirmed> refused) {
        List<Unconfirmed> taken = new ArrayList<>();
        for (Unconfirmed unconfirmed : refused) {
            if (unexplained.remove(unconfirmed)) {
                taken.add(unconfirmed);
            }
        }
        inHand += taken.size();
        return taken;
    }

    /**
     * Notes that the broker gave a message back. A return names no number: it belongs to the oldest message that looks
     * the same.
     *
     * @return the message, taken out and in hand until {@link #settled}, if it was refused before; null if its answer is
     *     still to come
     */
    synchronized Unconfirmed giveBack(Return returned) {
        Unconfirmed found = oldestLike(returned, explainsLater ? unexplained : window.messages());
        if (found == null) {
            return null;
        }
        found.returned = SendFailedException.returned(found.message, returned.getReplyCode(), returned.getReplyText());
        if (!explainsLater) {
            return null;
        }
        unexplained.remove(found);
        inHand++;
        return found;
    }

    private static Unconfirmed oldestLike(Return returned, List<Unconfirmed> messages) {
        for (Unconfirmed unconfirmed : messages) {
            if (unconfirmed.returned == null && unconfirmed.message.looksLike(returned)) {
                return unconfirmed;
            }
        }
        return null;
    }

    // --- time

    /** Takes out what is past its deadline. */
    synchronized List<Unconfirmed> takeOverdue(long now) {
        List<Unconfirmed> overdue = new ArrayList<>();
        Unconfirmed oldest = window.oldest();
        while (oldest != null && oldest != writing && oldest.deadline - now < 0) {
            overdue.add(window.remove(oldest.number));
            oldest = window.oldest();
        }
        return overdue;
    }

    /** Gives the broker the whole time from here on. */
    synchronized void extendDeadlines() {
        long deadline = System.nanoTime() + timeoutNanos;
        window.messages().forEach(unconfirmed -> unconfirmed.deadline = deadline);
    }

    // --- how it stands, and the end

    /** How many messages the broker has not answered, the one that is being written among them. */
    synchronized int unconfirmed() {
        return window.size();
    }

    synchronized int size() {
        return window.size() + unexplained.size() + inHand;
    }

    /** Whether nothing is being written, nothing is waited for, and nothing is in hand. */
    synchronized boolean isIdle() {
        return size() == 0 && writing == null;
    }

    /** Whether there are messages that were written to the end and that the broker may yet confirm. */
    synchronized boolean isAwaitingConfirms() {
        return size() > (writing == null ? 0 : 1);
    }

    /** Takes no more messages from here on. */
    synchronized void retire() {
        retiring = true;
    }

    /** Whether the channel takes no more messages, waits for no answer, and is not closed yet. */
    synchronized boolean isDone() {
        return retiring && !closed && isIdle();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /**
     * The channel is no more. All that is given out is in hand until {@link #settled}.
     *
     * @param left gets the unconfirmed messages, in the order in which they were written
     * @param refused gets those that the broker refused and that no reason came for
     * @return false if it was closed already
     */
    synchronized boolean close(List<Unconfirmed> left, List<Unconfirmed> refused) {
        if (closed) {
            return false;
        }
        refused.addAll(unexplained);
        left.addAll(window.messages());
        // last: without the memory for the lists nothing has changed, and the end can be told again
        closed = true;
        unexplained.clear();
        window.clear();
        inHand += refused.size() + left.size();
        return true;
    }
}
