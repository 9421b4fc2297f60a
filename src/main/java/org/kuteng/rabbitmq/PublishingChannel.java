package org.kuteng.rabbitmq;

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

    private final Connection connection;
    private final Channel channel;
    private final boolean confirm;
    private final Owner owner;
    private final ScheduledExecutorService timer;
    private final UnconfirmedWindow<Unconfirmed> window;
    private boolean closed;
    private boolean blocked;

    /** Whoever opened the channel. */
    interface Owner {
        /** The broker said what became of a message. */
        void settled(Unconfirmed unconfirmed, Exception failure);

        /** There may be room again, or the broker listens again. */
        void roomChanged();

        /** The broker does not take messages for now. */
        void blocked(String reason);

        void unblocked();

        /** The channel is no more; these messages were unconfirmed on it, in the order in which they were written. */
        void ended(PublishingChannel channel, List<Unconfirmed> unconfirmed, ShutdownSignalException cause);
    }

    PublishingChannel(Connection connection, WorkQueueSettings settings, Owner owner, ScheduledExecutorService timer)
            throws IOException {
        this.connection = connection;
        this.confirm = settings.confirm();
        this.owner = owner;
        this.timer = timer;
        this.window = new UnconfirmedWindow<>(settings.confirmWindow());
        this.channel = connection.createChannel();
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
        return !closed && !blocked && !window.isFull();
    }

    synchronized boolean isBlocked() {
        return blocked;
    }

    synchronized int unconfirmed() {
        return window.size();
    }

    /**
     * Writes a message. One thread at a time.
     *
     * @return false if the channel had ended already, and the message is the caller's to care for; otherwise it is
     *     settled or in the list of {@link Owner#ended}
     * @throws IllegalArgumentException if the message cannot be written in AMQP; nothing was sent
     */
    boolean write(Unconfirmed unconfirmed) {
        OutgoingMessage message = unconfirmed.message;
        unconfirmed.number = channel.getNextPublishSeqNo();
        unconfirmed.writes++;
        synchronized (this) {
            if (closed) {
                return false;
            }
            if (confirm) {
                window.add(unconfirmed.number, unconfirmed);
            }
        }
        try {
            channel.basicPublish(
                    message.exchange(),
                    message.routingKey(),
                    message.mandatory(),
                    message.properties(),
                    message.body());
        } catch (IOException | AlreadyClosedException e) {
            LOG.debug("the connection broke under a send", e);
            // with confirms it is in the window, and ended() hands it over
            return confirm;
        } catch (RuntimeException e) {
            synchronized (this) {
                window.remove(unconfirmed.number);
            }
            // the client has counted a message that the broker never saw: no number would fit from here on
            connection.abort();
            throw new IllegalArgumentException(
                    "message for " + message.target() + " cannot be sent: " + e.getMessage(), e);
        }
        if (!confirm) {
            owner.settled(unconfirmed, null);
        }
        return true;
    }

    /** Takes out what is past its deadline; nothing while the broker does not listen. */
    synchronized List<Unconfirmed> takeOverdue(long now) {
        List<Unconfirmed> overdue = new ArrayList<>();
        Unconfirmed oldest = blocked ? null : window.oldest();
        while (oldest != null && oldest.deadline - now < 0) {
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
            owner.settled(unconfirmed, unconfirmed.returned != null ? unconfirmed.returned : failure);
        }
        owner.roomChanged();
    }

    /** The reason may follow as a return; see {@link #REFUSAL_GRACE}. */
    private void refused(long number, boolean multiple) {
        SendFailedException refusal =
                new SendFailedException("refused by the broker (basic.nack): it does not have the message", null);
        timer.schedule(() -> settle(number, multiple, refusal), REFUSAL_GRACE.toMillis(), TimeUnit.MILLISECONDS);
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
    }

    private void setUnblocked() {
        synchronized (this) {
            blocked = false;
        }
        owner.unblocked();
        owner.roomChanged();
    }

    /** Gives every unconfirmed message this deadline: the time that the broker did not listen does not count. */
    synchronized void extendDeadlines(long deadline) {
        window.messages().forEach(unconfirmed -> unconfirmed.deadline = deadline);
    }

    private void ended(ShutdownSignalException cause) {
        List<Unconfirmed> left;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            blocked = false;
            left = window.messages();
        }
        if (!cause.isHardError() && !cause.isInitiatedByApplication()) {
            LOG.warn("the broker closed the channel for sending: {}", BrokerFaults.replyText(cause));
            // end the connection too, so that there is one way to begin again; not on the thread that reads from it
            timer.execute(connection::abort);
        }
        owner.ended(this, left, cause);
    }
}
