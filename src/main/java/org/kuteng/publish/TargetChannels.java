package org.kuteng.publish;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The channel that one target is written to, opened when it is needed, and those that were exchanged for another one. */
final class TargetChannels {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** How long a channel that could not be opened is not asked for again. */
    private static final long OPEN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Services services;
    private final Opening opening;
    private final Runnable makesRoom;

    /** Guards which one is current and which are retired; never held during I/O. */
    private final ReentrantLock lock = new ReentrantLock();

    /** They are written to no more, and have not ended. */
    private final List<PublishingChannel> retired = new ArrayList<>();

    /** Null while there is none. */
    private volatile PublishingChannel current;

    private volatile long openNotBefore = System.nanoTime();

    /** Why the last attempt to open a channel failed; null if it did not. */
    private volatile BrokerException failure;

    /** The connection that served this target badly: waited for another one while that is being opened. */
    private volatile PublishingLink avoided;

    /** Opens a channel. */
    interface Opening {
        PublishingChannel on(PublishingLink link) throws IOException;
    }

    /** @param makesRoom closes a channel of another target, since the broker allows no further one */
    TargetChannels(Services services, Opening opening, Runnable makesRoom) {
        this.services = services;
        this.opening = opening;
        this.makesRoom = makesRoom;
    }

    /** What is written to now; null while there is none. */
    PublishingChannel current() {
        return current;
    }

    /** The current channel, and those that were retired and have not ended. */
    List<PublishingChannel> all() {
        lock.lock();
        try {
            List<PublishingChannel> all = new ArrayList<>(retired);
            if (current != null) {
                all.add(current);
            }
            return all;
        } finally {
            lock.unlock();
        }
    }

    // --- whether one can be written to

    /** Whether it is worth a try to write: there is room, or another channel can be opened. */
    boolean mayTry() {
        PublishingChannel channel = current;
        if (channel != null) {
            return channel.hasRoom() || channel.isClosed();
        }
        return linkToOpenOn() != null;
    }

    /** Where a channel can be opened now; null if nowhere. Sees to it that there will be a connection. */
    PublishingLink linkToOpenOn() {
        PublishingLink link = services.connection().current();
        if (link == null) {
            services.connection().open();
            return null;
        }
        boolean another = link == avoided && services.connection().isRenewing(link);
        return another || untilOpening() > 0 || link.isBlocked() ? null : link;
    }

    /** For how long no channel will be opened, in nanoseconds; not above 0: one may be opened now. */
    long untilOpening() {
        return openNotBefore - System.nanoTime();
    }

    /** Why the last attempt to open a channel failed; null if it did not. */
    BrokerException failure() {
        return failure;
    }

    /** Whether there is a connection to the broker. */
    boolean isConnected() {
        return services.connection().current() != null;
    }

    /** Whether the broker takes nothing for this target now. */
    boolean isBlocked() {
        PublishingChannel channel = current;
        if (channel != null) {
            return channel.link().isBlocked() || channel.isFlowStopped();
        }
        PublishingLink link = services.connection().current();
        return link != null && link.isBlocked();
    }

    /** Whether the target's queue is full, so that the broker stopped its channel. */
    boolean isFlowStopped() {
        PublishingChannel channel = current;
        return channel != null && channel.isFlowStopped();
    }

    // --- opening and leaving; by one thread at a time, the one that may write

    /** The channel to write to, opened if there is none; null if that has to wait. */
    PublishingChannel usable() {
        leaveOldConnection();
        PublishingChannel channel = current;
        if (channel != null) {
            return channel;
        }
        PublishingLink link = linkToOpenOn();
        return link == null ? null : open(link);
    }

    /** Moves to the current connection once nothing is waited for on an earlier one, so that that one can be ended. */
    void leaveOldConnection() {
        PublishingChannel channel = current;
        if (isOnOldConnection() && channel != null && channel.isIdle()) {
            retire(channel);
        }
    }

    /** Whether there is another connection since the channel was opened. */
    boolean isOnOldConnection() {
        PublishingChannel channel = current;
        PublishingLink link = services.connection().current();
        return channel != null && link != null && channel.link() != link;
    }

    private PublishingChannel open(PublishingLink link) {
        PublishingChannel opened;
        try {
            opened = opening.on(link);
        } catch (IOException | RuntimeException e) {
            failure = BrokerFaults.ofRequest("open a channel for sending", e);
            LOG.debug("{}", failure.getMessage(), e);
            pauseOpening();
            if (e instanceof PublishingChannel.LimitReachedException) {
                makesRoom.run();
            }
            return null;
        }
        failure = null;
        lock.lock();
        try {
            current = opened;
        } finally {
            lock.unlock();
        }
        opened.watch();
        return opened;
    }

    // --- what the answers of the broker call for

    /** Lets the channel go once it waits for no answer any more; the next message opens another one. */
    void retire(PublishingChannel which) {
        setAside(which);
        which.retire();
    }

    /** The channel is written to no more; it stays among {@link #all} until {@link #forget}. */
    void setAside(PublishingChannel which) {
        lock.lock();
        try {
            if (current == which) {
                current = null;
                retired.add(which);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The channel has ended, and there is another place for what was unconfirmed on it. */
    void forget(PublishingChannel ended) {
        lock.lock();
        try {
            retired.remove(ended);
        } finally {
            lock.unlock();
        }
    }

    /** No channel is opened for a moment. */
    void pauseOpening() {
        openNotBefore = System.nanoTime() + OPEN_PAUSE_NANOS;
    }

    /** Opens no channel on this connection while another one is being opened beside it. */
    void avoid(PublishingLink link) {
        avoided = link;
    }
}
