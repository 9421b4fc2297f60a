package org.kuteng.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.kuteng.broker.BrokerKind;
import org.kuteng.events.WorkEvents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel for sending, from its opening to its end, with the messages that are unconfirmed on it. What the broker
 * answers decides the outcome of a message at once, whatever it answers later. Its monitor is never held during I/O, so
 * that answers are taken while a write blocks.
 *
 * @see <a href="https://www.rabbitmq.com/docs/confirms#publisher-confirms">RabbitMQ, publisher confirms</a>
 */
final class PublishingChannel {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** Qpid refuses first and then returns: the sender is told this much later, so that the reason can be named. */
    private static final long REASON_GRACE_MILLIS = 100;

    /** The client library tells of an end within this, unless it is out of order itself. */
    private static final long SILENT_END_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Bytes a second that any line carries: a write of a large message takes its time. */
    private static final long SLOWEST_LINE = 64 * 1024;

    /** What the owner is told, on the thread that reads from the broker and with no lock held. */
    interface Owner {
        /** The broker has these messages. */
        void confirmed(PublishingChannel on, List<Unconfirmed> messages);

        /** The broker does not take these messages. */
        void refused(PublishingChannel on, List<Unconfirmed> messages);

        /** No queue takes these messages; each knows its {@link Unconfirmed#returned}. */
        void returned(PublishingChannel on, List<Unconfirmed> messages);

        /** There may be room again. */
        void roomChanged();

        /** The channel is no more; these messages were unconfirmed on it, in the order in which they were written. */
        void ended(PublishingChannel channel, List<Unconfirmed> unconfirmed, ShutdownSignalException cause);
    }

    private final PublishingLink link;
    private final Channel channel;
    private final Services services;
    private final Owner owner;
    private final boolean confirm;
    private final boolean explainsLater;
    private final long timeoutNanos;
    private final UnconfirmedWindow<Unconfirmed> window;

    /** Refused; the reason may follow. Their outcome is decided already. */
    private final List<Unconfirmed> unexplained = new ArrayList<>();

    /** The number that the broker gives to the next message it gets. */
    private long next = 1;

    /** The message that is being written; null if none is. */
    private Unconfirmed writing;

    private Thread writer;
    private long writingSince;

    /** Set when nothing more may be written, though the end is not there yet. */
    private boolean broken;

    /** Takes no more messages, and closes when the last one is settled. */
    private boolean retiring;

    private boolean closed;

    /** @throws IOException if the channel cannot be opened */
    PublishingChannel(PublishingLink link, Services services, Owner owner) throws IOException {
        this.link = link;
        this.services = services;
        this.owner = owner;
        this.confirm = services.settings().confirm();
        this.explainsLater = link.kind() == BrokerKind.QPID;
        this.timeoutNanos = services.settings().confirmTimeout().toNanos();
        this.window = new UnconfirmedWindow<>(services.settings().window());
        this.channel = link.connection().createChannel();
        if (channel == null) {
            throw new IOException("the broker allows no further channel on the connection");
        }
        if (confirm) {
            // not confirmSelect(): the client library would keep each number in a sorted set of its own
            channel.rpc(new AMQP.Confirm.Select.Builder().build());
            channel.addConfirmListener(this::acknowledged, this::refused);
            channel.addReturnListener(this::returned);
        }
    }

    /** Begins to tell the owner of the end; apart from the constructor, so that the owner knows this channel by then. */
    void watch() {
        link.add(this);
        channel.addShutdownListener(this::end);
    }

    PublishingLink link() {
        return link;
    }

    /** Whether a message can be written now without waiting. */
    boolean hasRoom() {
        if (link.isBlocked() || isFlowStopped()) {
            return false;
        }
        synchronized (this) {
            return isUsable() && !window.isFull();
        }
    }

    /** Whether the broker stopped this channel because a queue is full. */
    boolean isFlowStopped() {
        return services.flowStopped().test(channel);
    }

    private boolean isUsable() {
        return !closed && !broken && !retiring;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Whether nothing is being written, and nothing is waited for. */
    synchronized boolean isIdle() {
        return window.isEmpty() && unexplained.isEmpty() && writing == null;
    }

    synchronized int unconfirmed() {
        return window.size() + unexplained.size();
    }

    /** Whether there are messages that the broker has and may yet confirm. */
    synchronized boolean isAwaitingConfirms() {
        return !link.isBlocked() && unconfirmed() > (writing == null ? 0 : 1);
    }

    /**
     * Writes a message. One thread at a time.
     *
     * @return false if the channel takes no more messages or has no room, and the message is the caller's to care for;
     *     otherwise it is settled or in the list of {@link Owner#ended}
     * @throws SendFailedException if the message cannot be written in AMQP; nothing was sent
     */
    boolean write(Unconfirmed unconfirmed) {
        if (link.isBlocked() || isFlowStopped() || !begin(unconfirmed)) {
            return false;
        }
        // interrupted, the client library spins while the channel is stopped, and a virtual thread closes the socket
        boolean interrupted = Thread.interrupted();
        try {
            OutgoingMessage message = unconfirmed.message;
            channel.basicPublish(
                    message.exchange(),
                    message.routingKey(),
                    message.mandatory(),
                    message.properties(),
                    message.body());
            written(unconfirmed);
        } catch (AlreadyClosedException e) {
            // nothing was written; end() has come or is about to
            breakOff();
            return confirm;
        } catch (IOException e) {
            breakOff();
            link.cut("a write failed", e);
            return confirm;
        } catch (IllegalArgumentException e) {
            // thrown by the encoder, before the first byte was written
            return notEncoded(unconfirmed, e);
        } catch (Throwable e) {
            // first of all, and without an allocation: nothing more is written here until it is known what happened
            breakOff();
            return afterThrown(unconfirmed, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (!confirm) {
            owner.confirmed(this, List.of(unconfirmed));
        }
        return true;
    }

    private synchronized boolean begin(Unconfirmed unconfirmed) {
        if (!isUsable() || window.isFull()) {
            return false;
        }
        long now = System.nanoTime();
        if (confirm) {
            window.add(next, unconfirmed);
        }
        unconfirmed.returned = null;
        unconfirmed.number = next;
        unconfirmed.writtenAt = now;
        if (unconfirmed.writes++ == 0) {
            unconfirmed.deadline = now + timeoutNanos;
        }
        next++;
        writing = unconfirmed;
        writer = Thread.currentThread();
        writingSince = now;
        return true;
    }

    private void written(Unconfirmed unconfirmed) {
        synchronized (this) {
            writing = null;
            writer = null;
            if (unconfirmed.writes == 1) {
                // the write may have been held up: the broker has the whole time from here on
                unconfirmed.writtenAt = System.nanoTime();
                unconfirmed.deadline = unconfirmed.writtenAt + timeoutNanos;
            }
        }
        WorkEvents events = services.events();
        if (events != WorkEvents.NONE) {
            events.sent(unconfirmed.message.exchange(), unconfirmed.message.routingKey());
        }
    }

    private synchronized void breakOff() {
        writing = null;
        writer = null;
        broken = true;
    }

    /** @return what {@link #write} returns */
    private boolean afterThrown(Unconfirmed unconfirmed, Throwable thrown) {
        if (Encoding.isImpossible(unconfirmed.message, link.connection())) {
            return notEncoded(unconfirmed, thrown);
        }
        unconfirmed.writeFaults++;
        LOG.error(
                "a write to {} ended with {}; the connection is cut, as half a frame may have been written",
                unconfirmed.message.target(),
                thrown.toString(),
                thrown);
        link.cut("a write ended with " + thrown, thrown);
        return confirm;
    }

    private boolean notEncoded(Unconfirmed unconfirmed, Throwable thrown) {
        if (!takeBack()) {
            return true;
        }
        String what = thrown.getMessage() == null ? thrown.getClass().getName() : thrown.getMessage();
        throw SendFailedException.notSent(unconfirmed.message, "it cannot be written in AMQP: " + what, thrown);
    }

    /**
     * The message that was being written never reached the broker, which gives its number to the next one.
     *
     * @return false if {@link Owner#ended} has it already
     */
    private synchronized boolean takeBack() {
        writing = null;
        writer = null;
        if (confirm && (closed || !window.takeBack())) {
            return false;
        }
        next--;
        broken = false;
        return true;
    }

    private void acknowledged(long number, boolean multiple) {
        List<Unconfirmed> settled = new ArrayList<>();
        take(number, multiple, settled::add);
        if (!settled.isEmpty()) {
            List<Unconfirmed> returned = withoutReturned(settled);
            if (!settled.isEmpty()) {
                owner.confirmed(this, settled);
            }
            if (!returned.isEmpty()) {
                owner.returned(this, returned);
            }
        }
        afterSettling();
    }

    /** The outcome is decided here; only the telling may wait for the reason. */
    private void refused(long number, boolean multiple) {
        List<Unconfirmed> refused = new ArrayList<>();
        synchronized (this) {
            window.settle(number, multiple, refused::add);
            if (explainsLater) {
                unexplained.addAll(refused);
            }
        }
        if (refused.isEmpty()) {
            return;
        }
        if (explainsLater) {
            tellUnexplainedLater(refused);
            return;
        }
        List<Unconfirmed> returned = withoutReturned(refused);
        if (!refused.isEmpty()) {
            owner.refused(this, refused);
        }
        if (!returned.isEmpty()) {
            owner.returned(this, returned);
        }
        afterSettling();
    }

    private synchronized void take(long number, boolean multiple, Consumer<Unconfirmed> taker) {
        window.settle(number, multiple, taker);
    }

    /** Takes those out of the list that the broker gave back before it acknowledged them. */
    private static List<Unconfirmed> withoutReturned(List<Unconfirmed> settled) {
        List<Unconfirmed> returned = List.of();
        for (Iterator<Unconfirmed> all = settled.iterator(); all.hasNext(); ) {
            Unconfirmed unconfirmed = all.next();
            if (unconfirmed.returned != null) {
                returned = returned.isEmpty() ? new ArrayList<>() : returned;
                returned.add(unconfirmed);
            }
        }
        if (!returned.isEmpty()) {
            settled.removeAll(returned);
        }
        return returned;
    }

    private void tellUnexplainedLater(List<Unconfirmed> refused) {
        try {
            services.timer().schedule(() -> tellUnexplained(refused), REASON_GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            tellUnexplained(refused);
        }
    }

    private void tellUnexplained(List<Unconfirmed> refused) {
        List<Unconfirmed> left = new ArrayList<>();
        synchronized (this) {
            for (Unconfirmed unconfirmed : refused) {
                if (unexplained.remove(unconfirmed)) {
                    left.add(unconfirmed);
                }
            }
        }
        if (!left.isEmpty()) {
            owner.refused(this, left);
        }
        afterSettling();
    }

    /** A return names no number: it belongs to the oldest message that looks the same. */
    private void returned(Return returned) {
        Unconfirmed explained = null;
        synchronized (this) {
            Unconfirmed found = oldestLike(returned, explainsLater ? unexplained : window.messages());
            if (found != null) {
                found.returned =
                        SendFailedException.returned(found.message, returned.getReplyCode(), returned.getReplyText());
                if (explainsLater) {
                    unexplained.remove(found);
                    explained = found;
                }
            }
        }
        if (explained != null) {
            List<Unconfirmed> one = new ArrayList<>();
            one.add(explained);
            owner.returned(this, one);
            afterSettling();
        }
    }

    private static Unconfirmed oldestLike(Return returned, List<Unconfirmed> messages) {
        for (Unconfirmed unconfirmed : messages) {
            OutgoingMessage message = unconfirmed.message;
            if (unconfirmed.returned == null
                    && message.mandatory()
                    && message.exchange().equals(returned.getExchange())
                    && message.routingKey().equals(returned.getRoutingKey())
                    && Objects.equals(
                            message.properties().getMessageId(),
                            returned.getProperties().getMessageId())) {
                return unconfirmed;
            }
        }
        return null;
    }

    private void afterSettling() {
        owner.roomChanged();
        closeIfRetired();
    }

    /** Takes out what is past its deadline; nothing while the broker does not listen. */
    synchronized List<Unconfirmed> takeOverdue(long now) {
        List<Unconfirmed> overdue = new ArrayList<>();
        Unconfirmed oldest = link.isBlocked() ? null : window.oldest();
        while (oldest != null && oldest != writing && oldest.deadline - now < 0) {
            overdue.add(window.remove(oldest.number));
            oldest = window.oldest();
        }
        return overdue;
    }

    /**
     * How long the write in progress has been held up by something else than the broker's wish or the size of the message,
     * in nanoseconds; not above 0 if none is.
     */
    synchronized long heldFor(long now) {
        if (writing == null || link.isBlocked() || isFlowStopped()) {
            return 0;
        }
        long onItsWay = TimeUnit.SECONDS.toNanos(writing.message.body().length) / SLOWEST_LINE;
        return now - writingSince - onItsWay;
    }

    /** Whether a write was broken off, and nobody has said yet that the channel has ended. */
    synchronized boolean isBroken(long now) {
        return broken && !closed && now - writingSince > SILENT_END_NANOS;
    }

    /** Whether a write waits inside the client library for the channel to go on, on a thread that was interrupted. */
    synchronized boolean isSpinning() {
        return writer != null && isFlowStopped() && writer.isInterrupted();
    }

    /** The time that the broker did not listen does not count. */
    synchronized void extendDeadlines() {
        long deadline = System.nanoTime() + timeoutNanos;
        window.messages().forEach(unconfirmed -> unconfirmed.deadline = deadline);
    }

    /** Takes no more messages from here on; ends itself once it waits for no answer any more. */
    void retire() {
        synchronized (this) {
            retiring = true;
        }
        closeIfRetired();
    }

    private void closeIfRetired() {
        synchronized (this) {
            if (!retiring || closed || !isIdle()) {
                return;
            }
        }
        abort();
    }

    /** Ends the channel, not on this thread, since the farewell takes its time. */
    void abort() {
        services.menders().execute(() -> {
            try {
                channel.abort();
            } catch (IOException | RuntimeException e) {
                LOG.debug("the channel has ended already", e);
            }
        });
    }

    /** Once: told by the client library, or by the link. */
    void end(ShutdownSignalException cause) {
        List<Unconfirmed> left;
        List<Unconfirmed> refused;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            refused = new ArrayList<>(unexplained);
            unexplained.clear();
            left = window.takeAll();
        }
        link.remove(this);
        if (link.isBlocked()) {
            long deadline = System.nanoTime() + timeoutNanos;
            left.forEach(unconfirmed -> unconfirmed.deadline = deadline);
        }
        if (!refused.isEmpty()) {
            owner.refused(this, refused);
        }
        owner.ended(this, left, cause);
    }
}
