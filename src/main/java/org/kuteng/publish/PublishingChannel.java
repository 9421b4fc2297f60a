package org.kuteng.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.kuteng.broker.BrokerKind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel for sending, from its opening to its end, with the messages that are unconfirmed on it. What the broker
 * answers decides the outcome of a message at once, whatever it answers later. During I/O no lock is held but the one that
 * the client library holds then too, so that answers are taken while a write blocks.
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

    /** The broker allows no further channel on the connection until another one is closed. */
    static final class LimitReachedException extends IOException {
        private static final long serialVersionUID = 1L;

        LimitReachedException() {
            super("the broker allows no further channel on the connection");
        }
    }

    private final PublishingLink link;
    private final Channel channel;
    private final Services services;
    private final Owner owner;
    private final boolean explainsLater;
    private final ChannelLedger ledger;
    private final ChannelWriter writer;
    private final Lock flow;

    /** Whether somebody waits for that lock before a write: whoever has it may be stuck in the socket. */
    private volatile boolean locking;

    private volatile long lockingSince;

    /** @throws IOException if the channel cannot be opened */
    PublishingChannel(PublishingLink link, Services services, Owner owner) throws IOException {
        this.link = link;
        this.services = services;
        this.owner = owner;
        this.explainsLater = link.kind() == BrokerKind.QPID;
        this.ledger = new ChannelLedger(services.settings(), explainsLater);
        this.channel = link.connection().createChannel();
        if (channel == null) {
            throw new LimitReachedException();
        }
        this.flow = FlowControl.lock(channel);
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
        if (link.isBlocked()) {
            return 0;
        }
        return locking ? now - lockingSince : ledger.heldFor(now);
    }

    /** Whether a write was broken off, and nobody has said yet that the channel has ended. */
    boolean isBroken(long now) {
        return ledger.isBroken(now);
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
        SendFailedException failed = null;
        lockFlow();
        try {
            if (link.isBlocked() || isFlowStopped() || !writer.write(unconfirmed)) {
                return false;
            }
        } catch (SendFailedException e) {
            failed = e;
        } finally {
            if (flow != null) {
                flow.unlock();
            }
        }
        if (failed != null) {
            afterSettling();
            throw failed;
        }
        if (!services.settings().confirm()) {
            owner.confirmed(this, List.of(unconfirmed));
        }
        return true;
    }

    private void lockFlow() {
        if (flow != null && !flow.tryLock()) {
            lockingSince = System.nanoTime();
            locking = true;
            flow.lock();
            locking = false;
        }
    }

    /** Takes out what is past its deadline; nothing while the broker does not listen. */
    List<Unconfirmed> takeOverdue(long now) {
        List<Unconfirmed> overdue = link.isBlocked() ? List.of() : ledger.takeOverdue(now);
        if (!overdue.isEmpty()) {
            closeIfDone();
        }
        return overdue;
    }

    /** The time that the broker did not listen does not count. */
    void extendDeadlines() {
        ledger.extendDeadlines();
    }

    // --- what the broker answers

    private void acknowledged(long number, boolean multiple) {
        List<Unconfirmed> confirmed = new ArrayList<>();
        List<Unconfirmed> returned = ledger.acknowledge(number, multiple, confirmed);
        try {
            if (!confirmed.isEmpty()) {
                owner.confirmed(this, confirmed);
            }
        } finally {
            tell(List.of(), returned);
        }
        afterSettling();
    }

    /** The outcome is decided here; only the telling may wait for the reason. */
    private void refused(long number, boolean multiple) {
        List<Unconfirmed> refused = new ArrayList<>();
        List<Unconfirmed> returned = ledger.refuse(number, multiple, refused);
        if (!explainsLater) {
            tell(refused, returned);
            afterSettling();
        } else if (!refused.isEmpty()) {
            tellUnexplainedLater(refused);
        }
    }

    /** Whatever happens, all are told. */
    private void tell(List<Unconfirmed> refused, List<Unconfirmed> returned) {
        if (refused.isEmpty() && returned.isEmpty()) {
            return;
        }
        try {
            if (!refused.isEmpty()) {
                owner.refused(this, refused);
            }
        } finally {
            try {
                if (!returned.isEmpty()) {
                    owner.returned(this, returned);
                }
            } finally {
                ledger.settled(refused.size() + returned.size());
            }
        }
    }

    private void tellUnexplainedLater(List<Unconfirmed> refused) {
        try {
            services.timer().schedule(() -> tellUnexplained(refused), REASON_GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (Throwable e) {
            // the publisher is closed, or there is no memory: better told without the reason than not at all
            tellUnexplained(refused);
        }
    }

    private void tellUnexplained(List<Unconfirmed> refused) {
        tell(ledger.takeUnexplained(refused), List.of());
        afterSettling();
    }

    private void returned(Return returned) {
        Unconfirmed explained = ledger.giveBack(returned);
        if (explained != null) {
            tell(List.of(), List.of(explained));
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
        try {
            services.menders().execute(this::abortNow);
        } catch (Throwable e) {
            LOG.debug("the channel ends with its connection", e);
        }
    }

    private void abortNow() {
        try {
            channel.abort();
        } catch (IOException | RuntimeException e) {
            LOG.debug("the channel has ended already", e);
        }
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
        try {
            tell(refused, List.of());
        } finally {
            try {
                owner.ended(this, left, cause);
            } finally {
                ledger.settled(left.size());
            }
        }
    }
}
