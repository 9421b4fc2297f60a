package org.kuteng.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ShutdownSignalException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.events.WorkEvents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides what becomes of the messages for one target that the broker answered, or will never answer. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** A message that may have closed the channel this often is given up: it would close it for ever. */
    private static final int MAX_CHANNELS_CLOSED = 3;

    private final Services services;
    private final TargetChannels channels;
    private final Redeclaration redeclaration;
    private final SendingAgain again;

    /** Guards what follows; never held during I/O. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Refusals refusals = new Refusals();

    /** How many channels the broker closed one after another. */
    private volatile int closings;

    Answers(Services services, TargetChannels channels, Redeclaration redeclaration, SendingAgain again) {
        this.services = services;
        this.channels = channels;
        this.redeclaration = redeclaration;
        this.again = again;
    }

    /** Messages by what becomes of them. */
    private final class Sorted {
        private final List<Unconfirmed> failed = new ArrayList<>();
        private final List<Unconfirmed> sentAgain = new ArrayList<>();

        /** @param failure null if it is sent again */
        void add(Unconfirmed unconfirmed, SendFailedException failure) {
            if (failure == null) {
                sentAgain.add(unconfirmed);
            } else {
                unconfirmed.verdict = failure;
                failed.add(unconfirmed);
            }
        }

        void settle() {
            services.tellFailed(failed);
            again.add(sentAgain);
        }
    }

    // --- confirmed

    /** @see PublishingChannel.Owner#confirmed */
    void confirmed(PublishingChannel on, List<Unconfirmed> messages) {
        if (refusals.isUnderCure() || closings > 0) {
            noteHealthy(on);
        }
        try {
            if (services.events() != WorkEvents.NONE && services.settings().confirm()) {
                report(messages);
            }
        } finally {
            services.completions().tell(messages);
        }
    }

    private void report(List<Unconfirmed> confirmed) {
        long now = System.nanoTime();
        for (Unconfirmed unconfirmed : confirmed) {
            OutgoingMessage message = unconfirmed.message;
            Duration took = Duration.ofNanos(now - unconfirmed.writtenAt);
            services.events().confirmed(message.exchange(), message.routingKey(), took);
        }
    }

    private void noteHealthy(PublishingChannel on) {
        lock.lock();
        try {
            closings = 0;
            if (on == channels.current()) {
                refusals.confirmed();
            }
        } finally {
            lock.unlock();
        }
    }

    // --- refused

    /** @see PublishingChannel.Owner#refused */
    void refused(PublishingChannel on, List<Unconfirmed> messages) {
        Sorted sorted = new Sorted();
        Refusals.Cure fresh = null;
        for (Unconfirmed unconfirmed : messages) {
            unconfirmed.refusals++;
            unconfirmed.verdict = SendFailedException.refused(unconfirmed.message);
            Refusals.Cure cure = cure(unconfirmed, on, fresh == null);
            if (cure == Refusals.Cure.FRESH_CHANNEL || cure == Refusals.Cure.FRESH_CONNECTION) {
                fresh = cure;
            }
            sorted.add(unconfirmed, cure == Refusals.Cure.TELL ? unconfirmed.verdict : null);
        }
        try {
            messages.forEach(this::reportRefused);
            if (fresh != null) {
                leave(on, fresh == Refusals.Cure.FRESH_CONNECTION);
            }
        } finally {
            sorted.settle();
        }
    }

    private void reportRefused(Unconfirmed unconfirmed) {
        services.events().refused(unconfirmed.message.exchange(), unconfirmed.message.routingKey());
    }

    private Refusals.Cure cure(Unconfirmed unconfirmed, PublishingChannel on, boolean stays) {
        lock.lock();
        try {
            return again.isStopped() || on.isClosed()
                    ? Refusals.Cure.TELL
                    : refusals.refused(unconfirmed.refusals, stays && on == channels.current(), System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    private void leave(PublishingChannel channel, boolean connectionToo) {
        PublishingLink link = channel.link();
        if (connectionToo && services.connection().renew(link)) {
            channels.avoid(link);
        }
        LOG.info(
                "{} refuses messages: tried again on a fresh {}",
                redeclaration.target(),
                connectionToo ? "connection" : "channel");
        channels.retire(channel);
    }

    // --- returned

    /** @see PublishingChannel.Owner#returned */
    void returned(List<Unconfirmed> messages) {
        Sorted sorted = new Sorted();
        for (Unconfirmed unconfirmed : messages) {
            SendFailedException reason = unconfirmed.returned;
            unconfirmed.verdict = reason;
            // if the embedded broker says why it refuses, no other channel helps
            boolean isSentAgain = isUnroutable(reason) && isDeclaredFor(unconfirmed);
            sorted.add(unconfirmed, isSentAgain ? null : reason);
        }
        try {
            messages.forEach(this::reportReturned);
        } finally {
            sorted.settle();
        }
    }

    private void reportReturned(Unconfirmed unconfirmed) {
        OutgoingMessage message = unconfirmed.message;
        if (isUnroutable(unconfirmed.returned)) {
            services.events().returned(message.exchange(), message.routingKey(), unconfirmed.returned.getMessage());
        } else {
            reportRefused(unconfirmed);
        }
    }

    private static boolean isUnroutable(SendFailedException reason) {
        return reason.kind() == SendFailedException.Kind.RETURNED;
    }

    private boolean isDeclaredFor(Unconfirmed unconfirmed) {
        return !again.isStopped() && redeclaration.isDoneFor(unconfirmed);
    }

    // --- never answered

    /** @see PublishingChannel.Owner#ended */
    void ended(PublishingChannel channel, List<Unconfirmed> unconfirmed, ShutdownSignalException cause) {
        boolean byBroker = !cause.isHardError() && !cause.isInitiatedByApplication();
        String reply = byBroker ? BrokerFaults.replyText(cause) : null;
        channels.setAside(channel);
        if (byBroker) {
            noteClosing();
            LOG.warn("the broker closed the channel for sending to {}: {}", redeclaration.target(), reply);
        }
        Sorted sorted = new Sorted();
        for (Unconfirmed message : unconfirmed) {
            sorted.add(message, failureAtTheEnd(message, reply, cause));
        }
        try {
            sorted.settle();
        } finally {
            channels.forget(channel);
        }
    }

    private void noteClosing() {
        lock.lock();
        try {
            if (closings++ > 0) {
                // the first time at once: most often one message is to blame, and it is found
                channels.pauseOpening();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * What a sender is told whose message was unconfirmed on a channel that ended.
     *
     * @param reply why the broker closed the channel; null if it did not
     * @return null if the message is sent again
     */
    private SendFailedException failureAtTheEnd(Unconfirmed message, String reply, ShutdownSignalException cause) {
        if (again.isStopped()) {
            return SendFailedException.unknown(message.message, WaitingSenders.STOPPING, null);
        }
        if (reply != null && isGuilty(message, reply)) {
            boolean noExchange = BrokerFaults.replyCode(cause) == AMQP.NOT_FOUND;
            return noExchange && isDeclaredFor(message)
                    ? null
                    : new SendFailedException(
                            noExchange ? SendFailedException.Kind.RETURNED : SendFailedException.Kind.REFUSED,
                            "message for " + message.message.target() + " was refused by the broker: " + reply,
                            cause);
        }
        if (message.isGivenUpAfterFaults()) {
            return SendFailedException.writeFault(message.message, cause);
        }
        boolean retiredByUs = cause.isInitiatedByApplication() && !cause.isHardError();
        return services.settings().sendAgain() || retiredByUs
                ? null
                : SendFailedException.unknown(message.message, reply == null ? "the connection broke" : reply, cause);
    }

    /** Whether the message is why the broker closed the channel: sent again it would close the next one too. */
    private static boolean isGuilty(Unconfirmed unconfirmed, String reply) {
        return unconfirmed.message.isMeantBy(reply) || ++unconfirmed.channelsClosed >= MAX_CHANNELS_CLOSED;
    }
}
