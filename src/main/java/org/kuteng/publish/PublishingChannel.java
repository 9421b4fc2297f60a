package org.kuteng.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.kuteng.broker.BrokerKind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel for sending, from its opening to its end, with the messages that are unconfirmed on it. What the broker
 * answers decides the outcome of a message at once, whatever it answers later. No lock is held during I/O, so that
 * answers are taken while a write blocks.
 *
 * @see <a href="https://www.rabbitmq.com/docs/confirms#publisher-confirms">RabbitMQ, publisher confirms</a>
 */
final class PublishingChannel {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** Qpid refuses first and then returns: the sender is told this much later, so that the reason can be named. */
    private static final long REASON_GRACE_MILLIS = 100;

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
    private final boolean explainsLater;
    private final ChannelLedger ledger;
    private final ChannelWriter writer;

    /** @throws IOException if the channel cannot be opened */
    PublishingChannel(PublishingLink link, Services services, Owner owner) throws IOException {
        this.link = link;
        this.services = services;
        this.owner = owner;
        this.explainsLater = link.kind() == BrokerKind.QPID;
        this.ledger = new ChannelLedger(services.settings(), explainsLater);
        this.channel = link.connection().createChannel();
        if (channel == null) {
            throw new IOException("the broker allows no further channel on the connection");
        }
        this.writer = new ChannelWriter(link, channel, ledger, services);
        if (services.settings().confirm()) {
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

    // --- how it stands

    PublishingLink link() {
        return link;
    }

    /** Whether a message can be written now without waiting. */
    boolean hasRoom() {
        return !link.isBlocked() && !isFlowStopped() && ledger.hasRoom();
    }

    /** Whether the broker stopped this channel because a queue is full. */
    boolean isFlowStopped() {
        return services.flowStopped().test(channel);
    }

    boolean isClosed() {
        return ledger.isClosed();
    }

    /** Whether nothing is being written, and nothing is waited for. */
    boolean isIdle() {
        return ledger.isIdle();
    }

    int unconfirmed() {
        return ledger.size();
    }

    /** Whether there are messages that the broker has and may yet confirm. */
    boolean isAwaitingConfirms() {
        return !link.isBlocked() && ledger.isAwaitingConfirms();
    }

    /**
     * How long the write in progress has been held up by something else than the broker's wish or the size of the message,
     * in nanoseconds; not above 0 if none is.
     */
    long heldFor(long now) {
        return link.isBlocked() || isFlowStopped() ? 0 : ledger.heldFor(now);
    }

    /** Whether a write was broken off, and nobody has said yet that the channel has ended. */
    boolean isBroken(long now) {
        return ledger.isBroken(now);
    }

    /** Whether a write waits inside the client library for the channel to go on, on a thread that was interrupted. */
    boolean isSpinning() {
        return isFlowStopped() && ledger.isWriterInterrupted();
    }

    // --- writing

    /**
     * Writes a message. One thread at a time.
     *
     * @return false if the channel takes no more messages or has no room, and the message is the caller's to care for;
     *     otherwise it is settled or in the list of {@link Owner#ended}
     * @throws SendFailedException if the message cannot be written in AMQP; nothing was sent
     */
    boolean write(Unconfirmed unconfirmed) {
        if (link.isBlocked() || isFlowStopped() || !writer.write(unconfirmed)) {
            return false;
        }
        if (!services.settings().confirm()) {
            owner.confirmed(this, List.of(unconfirmed));
        }
        return true;
    }

    /** Takes out what is past its deadline; nothing while the broker does not listen. */
    List<Unconfirmed> takeOverdue(long now) {
        return link.isBlocked() ? List.of() : ledger.takeOverdue(now);
    }

    /** The time that the broker did not listen does not count. */
    void extendDeadlines() {
        ledger.extendDeadlines();
    }

    // --- what the broker answers

    private void acknowledged(long number, boolean multiple) {
        List<Unconfirmed> settled = new ArrayList<>();
        ledger.acknowledge(number, multiple, settled);
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
        ledger.refuse(number, multiple, refused);
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
        List<Unconfirmed> left = ledger.takeUnexplained(refused);
        if (!left.isEmpty()) {
            owner.refused(this, left);
        }
        afterSettling();
    }

    private void returned(Return returned) {
        Unconfirmed explained = ledger.giveBack(returned);
        if (explained != null) {
            owner.returned(this, List.of(explained));
            afterSettling();
        }
    }

    private void afterSettling() {
        owner.roomChanged();
        closeIfDone();
    }

    // --- the end

    /** Takes no more messages from here on; ends itself once it waits for no answer any more. */
    void retire() {
        ledger.retire();
        closeIfDone();
    }

    private void closeIfDone() {
        if (ledger.isDone()) {
            abort();
        }
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
        List<Unconfirmed> left = new ArrayList<>();
        List<Unconfirmed> refused = new ArrayList<>();
        if (!ledger.close(left, refused)) {
            return;
        }
        link.remove(this);
        if (link.isBlocked()) {
            long deadline = services.deadline();
            left.forEach(unconfirmed -> unconfirmed.deadline = deadline);
        }
        if (!refused.isEmpty()) {
            owner.refused(this, refused);
        }
        owner.ended(this, left, cause);
    }
}
