package org.kuteng.publish;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks from time to time at what nobody else would see to, for one target. Used by one thread at a time. */
final class TargetCheck {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** A queue that is full for less than this is nothing to write about. */
    private static final long TOLD_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String name;
    private final String description;
    private final Services services;
    private final TargetChannels channels;
    private final SendingAgain again;

    /** Since when the queue is full; 0: it is not. */
    private long fullSince;

    private volatile boolean toldFull;

    /** @param description the target, for a reader */
    TargetCheck(String name, String description, Services services, TargetChannels channels, SendingAgain again) {
        this.name = name;
        this.description = description;
        this.services = services;
        this.channels = channels;
        this.again = again;
    }

    /** Tells those whose time is up. */
    void failOverdue(long now) {
        List<Unconfirmed> overdue = new ArrayList<>();
        for (PublishingChannel channel : channels.all()) {
            overdue.addAll(channel.takeOverdue(now));
        }
        overdue.addAll(again.takeOverdue(now, channels.isBlocked()));
        for (Unconfirmed unconfirmed : overdue) {
            if (unconfirmed.verdict == null) {
                unconfirmed.verdict = overdue(unconfirmed);
            }
        }
        services.tellFailed(overdue);
    }

    private SendFailedException overdue(Unconfirmed unconfirmed) {
        if (unconfirmed.writes == 0) {
            return SendFailedException.notSent(unconfirmed.message, "it waited for its queue for too long", null);
        }
        return SendFailedException.unknown(
                unconfirmed.message,
                "not confirmed within " + services.settings().confirmTimeout().toMillis()
                        + " ms (kuteng.confirm.timeout)",
                null);
    }

    /**
     * Ends what goes on no more.
     *
     * @param stuckNanos how long a write may be held up before its connection is cut
     */
    void endStuck(long now, long stuckNanos) {
        for (PublishingChannel channel : channels.all()) {
            if (channel.isBroken(now)) {
                channel.link().cut("a write failed", null);
            } else if (channel.heldFor(now) > stuckNanos) {
                long millis = TimeUnit.NANOSECONDS.toMillis(stuckNanos);
                channel.link().cut("a write to " + description + " was stuck for more than " + millis + " ms", null);
            }
        }
    }

    /** Tells of a queue that is full, and of one that is full no more. */
    void tellFull(long now) {
        if (!channels.isFlowStopped()) {
            fullSince = 0;
            if (toldFull) {
                toldFull = false;
                LOG.info("{} takes messages again: senders to it go on", description);
                services.events().unblocked(name);
            }
            return;
        }
        fullSince = fullSince == 0 ? now : fullSince;
        if (!toldFull && now - fullSince >= TOLD_AFTER_NANOS) {
            toldFull = true;
            LOG.warn("{} is full: senders to it wait", description);
            services.events().blocked(name, "the queue is full");
        }
    }

    /** Whether the queue has been full for so long that it was told. */
    boolean isToldFull() {
        return toldFull;
    }
}
