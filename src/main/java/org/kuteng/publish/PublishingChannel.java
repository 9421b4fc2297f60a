package org.kuteng.publish;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.kuteng.broker.BrokerFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel for sending, from its opening to its end, with the messages that are unconfirmed on it. Its monitor is
 * never held during I/O, so that confirmations are taken while a write blocks.
 */
final class PublishingChannel {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** A refusal waits this long for the return that explains it: Qpid sends the refusal first. */
    private static final Duration REFUSAL_GRACE = Duration.ofMillis(100);

    /** A broker that does not answer the farewell is left without it. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    /** The embedded broker has no way to say that it blocks publishers: it lets a write wait. */
    private static final Duration HELD_WRITE = Duration.ofSeconds(1);

    private final Connection connection;
    private final Channel channel;
    private final boolean confirm;
    private final long timeoutNanos;
    private final Owner owner;
    private final ScheduledExecutorService timer;
    private final UnconfirmedWindow<Unconfirmed> window;

    /**
     * The number that the broker gives to the next message it gets. Not the client's: that one also counts messages
     * that it then could not write.
     */
    private long next = 1;

    /** The message that is being written; null if none is. */
    private Unconfirmed writing;

    private boolean broken;
    private boolean closed;
    private boolean blocked;

    /** When the write in progress began, and whether it was told that it is held up. */
    private long writingSince;

    private boolean held;

    /** Whoever opened the channel. */
    interface Owner {
        /** The broker said what became of these messages; each knows its {@link Unconfirmed#failure}. */
        void settled(List<Unconfirmed> messages);

        /** There may be room again, or the broker does not listen any more, or listens again. */
        void roomChanged();

        /** The broker does not take messages for now. */
        void blocked(String reason);

        void unblocked();

        /** The channel is no more; these messages were unconfirmed on it, in the order in which they were written. */
        void ended(PublishingChannel channel, List<Unconfirmed> unconfirmed, ShutdownSignalException cause);
    }

    PublishingChannel(Connection connection, PublishSettings settings, Owner owner, ScheduledExecutorService timer)
            throws IOException {
        this.connection = connection;
        this.confirm = settings.confirm();
        this.timeoutNanos = settings.confirmTimeout().toNanos();
        this.owner = owner;
        this.timer = timer;
        this.window = new UnconfirmedWindow<>(settings.window());
        this.channel = connection.createChannel();
        if (channel == null) {
            throw new IOException("the broker allows no channel on the connection");
        }
        if (confirm) {
            channel.confirmSelect();
            channel.addConfirmListener((number, multiple) -> settle(number, multiple, null), this::refused);
            channel.addReturnListener(this::returned);
        }
        connection.addBlockedListener(this::setBlocked, this::setUnblocked);
    }

    /** Begins to tell the owner of the end; apart from the constructor, so that the owner knows this channel by then. */
    void watch() {
        channel.addShutdownListener(this::ended);
    }

    Connection connection() {
        return connection;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    synchronized boolean hasRoom() {
        return !closed && !broken && !blocked && !window.isFull();
    }

    synchronized boolean isBlocked() {
        return blocked;
    }

    synchronized int unconfirmed() {
        return window.size();
    }

    /** Whether there are messages that the broker has and may yet confirm. */
    synchronized boolean isAwaitingConfirms() {
        return !blocked && window.size() > (writing == null ? 0 : 1);
    }

    /**
     * Writes a message. One thread at a time.
     *
     * @return false if the channel had ended already, and the message is the caller's to care for; otherwise it is
     *     settled or in the list of {@link Owner#ended}
     * @throws IllegalArgumentException if the message cannot be written in AMQP; nothing was sent
     */
    boolean write(Unconfirmed unconfirmed) {
        if (!begin(unconfirmed)) {
            return false;
        }
        OutgoingMessage message = unconfirmed.message;
        try {
            channel.basicPublish(
                    message.exchange(),
                    message.routingKey(),
                    message.mandatory(),
                    message.properties(),
                    message.body());
            if (written(unconfirmed)) {
                owner.unblocked();
            }
        } catch (IOException | AlreadyClosedException e) {
            LOG.debug("the connection broke under a send", e);
            breakOff();
            // with confirms it is in the window, and ended() hands it over
            return confirm;
        } catch (RuntimeException e) {
            if (!takeBack()) {
                return true;
            }
            throw new IllegalArgumentException(
                    "message for " + message.target() + " cannot be sent: " + e.getMessage(), e);
        }
        if (!confirm) {
            owner.settled(List.of(unconfirmed));
        }
        return true;
    }

    private synchronized boolean begin(Unconfirmed unconfirmed) {
        if (closed || broken) {
            return false;
        }
        unconfirmed.returned = null;
        unconfirmed.number = next;
        if (unconfirmed.writes++ == 0) {
            unconfirmed.deadline = System.nanoTime() + timeoutNanos;
        }
        if (confirm) {
            window.add(next, unconfirmed);
            writing = unconfirmed;
            writingSince = System.nanoTime();
        }
        return true;
    }

    /** @return whether the write was held up so long that it was told */
    private synchronized boolean written(Unconfirmed unconfirmed) {
        boolean wasHeld = held;
        held = false;
        next++;
        writing = null;
        if (unconfirmed.writes == 1) {
            // the write may have been held up: the broker has the whole time from here on
            unconfirmed.deadline = System.nanoTime() + timeoutNanos;
        }
        return wasHeld;
    }

    /**
     * The message that is being written never reached the broker, which gives its number to the next one.
     *
     * @return false if {@link Owner#ended} has it already
     */
    private synchronized boolean takeBack() {
        writing = null;
        return !confirm || !closed && window.takeBack();
    }

    /** Nothing more can be written; makes sure that {@link #ended} comes. */
    private void breakOff() {
        synchronized (this) {
            writing = null;
            broken = true;
        }
        endConnection();
    }

    /** Not on this thread, which may read from the broker or hold up others, since the farewell takes its time. */
    private void endConnection() {
        try {
            timer.execute(() -> close(CLOSE_TIMEOUT));
        } catch (RejectedExecutionException e) {
            LOG.debug("the connection has ended already", e);
        }
    }

    /** Takes out what is past its deadline; nothing while the broker does not listen. */
    synchronized List<Unconfirmed> takeOverdue(long now) {
        List<Unconfirmed> overdue = new ArrayList<>();
        if (writing != null && !held && now - writingSince > HELD_WRITE.toNanos()) {
            held = true;
            owner.blocked("a write is held up: a queue is full, or the broker is busy");
        }
        Unconfirmed oldest = blocked ? null : window.oldest();
        while (oldest != null && oldest != writing && oldest.deadline - now < 0) {
            overdue.add(window.remove(oldest.number));
            oldest = window.oldest();
        }
        return overdue;
    }

    /** Ends channel and connection, waiting no longer than this for the broker's farewell. */
    void close(Duration patience) {
        connection.abort((int) patience.toMillis());
    }

    private void settle(long number, boolean multiple, Exception failure) {
        List<Unconfirmed> settled = new ArrayList<>();
        synchronized (this) {
            window.settle(number, multiple, settled::add);
        }
        for (Unconfirmed unconfirmed : settled) {
            unconfirmed.failed(unconfirmed.returned != null ? unconfirmed.returned : failure);
        }
        if (!settled.isEmpty()) {
            owner.settled(settled);
        }
        owner.roomChanged();
    }

    /** The reason may follow as a return; see {@link #REFUSAL_GRACE}. */
    private void refused(long number, boolean multiple) {
        SendFailedException refusal =
                new SendFailedException("refused by the broker (basic.nack): it does not have the message", null);
        try {
            timer.schedule(() -> settle(number, multiple, refusal), REFUSAL_GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            settle(number, multiple, refusal);
        }
    }

    /** A return names no number: it belongs to the oldest unconfirmed message that looks the same. */
    private synchronized void returned(Return returned) {
        for (Unconfirmed unconfirmed : window.messages()) {
            OutgoingMessage message = unconfirmed.message;
            if (unconfirmed.returned == null
                    && message.mandatory()
                    && message.exchange().equals(returned.getExchange())
                    && message.routingKey().equals(returned.getRoutingKey())
                    && Objects.equals(
                            message.properties().getMessageId(),
                            returned.getProperties().getMessageId())) {
                unconfirmed.returned = new SendFailedException(
                        "message for " + message.target() + " was returned: no queue takes it ("
                                + returned.getReplyCode() + " " + returned.getReplyText() + ")",
                        null);
                return;
            }
        }
    }

    private void setBlocked(String reason) {
        synchronized (this) {
            blocked = true;
        }
        owner.blocked(reason);
        owner.roomChanged();
    }

    private void setUnblocked() {
        synchronized (this) {
            blocked = false;
            extendDeadlines(window.messages());
        }
        owner.unblocked();
        owner.roomChanged();
    }

    /** The time that the broker did not listen does not count. */
    private void extendDeadlines(List<Unconfirmed> messages) {
        long deadline = System.nanoTime() + timeoutNanos;
        messages.forEach(unconfirmed -> unconfirmed.deadline = deadline);
    }

    private void ended(ShutdownSignalException cause) {
        List<Unconfirmed> left;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            left = window.takeAll();
            if (blocked) {
                blocked = false;
                extendDeadlines(left);
            }
        }
        if (!cause.isHardError() && !cause.isInitiatedByApplication()) {
            LOG.warn("the broker closed the channel for sending: {}", BrokerFaults.replyText(cause));
            // end the connection too, so that there is one way to begin again
            endConnection();
        }
        owner.ended(this, left, cause);
    }
}
