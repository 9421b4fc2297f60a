package org.kuteng.publish;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.events.WorkEvents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection that messages are sent over: opened when it is first needed, opened again whenever it is lost, and
 * exchanged for one to another node when a target asks for that. Its lock is never held during I/O.
 */
final class SendingConnection {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** A broker that does not answer the farewell is left without it. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** What was written last is on its way for so long even if there is no time left. */
    private static final Duration LEAST_FAREWELL = Duration.ofMillis(100);

    /** The current connection, and those that some channel still waits for answers on. */
    private static final int MAX_LINKS = 3;

    private final Broker broker;
    private final Supplier<String> name;
    private final WorkEvents events;
    private final ThreadFactory threads;
    private final Owner owner;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<PublishingLink> links = new ArrayList<>();
    private volatile PublishingLink current;

    /** The connection that another one is being opened beside; null if none is. */
    private volatile PublishingLink renewing;

    private boolean opening;
    private boolean closed;
    private boolean wasConnected;
    private long lostAt;

    /** Whoever sends over it. */
    interface Owner {
        /** There is another current connection, or none; or the broker takes messages again, or does so no more. */
        void connectionChanged();

        /** Called on a connection that was just opened, before anything else is sent over it. */
        void opened(Connection connection);
    }

    /**
     * @param name asked when a connection is opened
     * @param threads for opening and ending connections
     */
    SendingConnection(Broker broker, Supplier<String> name, WorkEvents events, ThreadFactory threads, Owner owner) {
        this.broker = broker;
        this.name = name;
        this.events = events;
        this.threads = threads;
        this.owner = owner;
    }

    String describe() {
        return broker.describe();
    }

    /** What new channels are opened on; null while there is no connection. */
    PublishingLink current() {
        return current;
    }

    /** Sees to it that there will be a connection; returns at once. */
    void open() {
        lock.lock();
        try {
            if (opening || closed || current != null) {
                return;
            }
            opening = true;
        } finally {
            lock.unlock();
        }
        if (!start(this::reopen)) {
            openNoMore();
        }
    }

    /** @return false if there is no memory for another thread: it is asked for again by whoever needs it */
    private boolean start(Runnable task) {
        try {
            threads.newThread(task).start();
            return true;
        } catch (Throwable e) {
            LOG.error("cannot start a thread for the connection for sending: {}", e.toString());
            return false;
        }
    }

    private void openNoMore() {
        lock.lock();
        try {
            opening = false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The connection, opened now if there is none.
     *
     * @throws BrokerException if the broker is not there or refuses
     */
    PublishingLink openNow() {
        PublishingLink present = current;
        if (present != null && present.isOpen()) {
            return present;
        }
        adopt(broker.open(name.get(), null), null);
        present = current;
        if (present == null) {
            throw new BrokerException(
                    BrokerException.Cure.TIME, "lost the connection for sending to " + describe() + " at once", null);
        }
        return present;
    }

    /** Goes on until there is a connection. */
    private void reopen() {
        try {
            while (isWanted()) {
                if (Thread.currentThread().isInterrupted()) {
                    openNoMore();
                    return;
                }
                tryToOpen();
            }
        } catch (Throwable e) {
            LOG.error("the connection for sending could not be opened: {}", e.toString(), e);
            // whoever needs it asks for it again
            openNoMore();
        }
    }

    private void tryToOpen() {
        try {
            Connection fresh = broker.openPatiently(name.get(), null, this::isMissing);
            if (fresh != null) {
                adopt(fresh, null);
            }
        } catch (RuntimeException e) {
            LOG.warn("{}; trying again", e.getMessage());
            LOG.debug("the attempt failed with", e);
            pause(broker.settings().retryDelay());
        }
    }

    private boolean isMissing() {
        lock.lock();
        try {
            return !closed && current == null;
        } finally {
            lock.unlock();
        }
    }

    private boolean isWanted() {
        lock.lock();
        try {
            opening = !closed && current == null;
            return opening;
        } finally {
            lock.unlock();
        }
    }

    private void pause(Duration duration) {
        lock.lock();
        try {
            if (!closed) {
                changed.await(duration.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends over this connection from here on, unless another one came first.
     *
     * @param instead the connection whose place it takes; null: that of a lost one
     */
    private void adopt(Connection fresh, PublishingLink instead) {
        PublishingLink link = new PublishingLink(fresh, this);
        try {
            owner.opened(fresh);
        } catch (RuntimeException | Error e) {
            Broker.cut(fresh);
            throw e;
        }
        Duration away = null;
        lock.lock();
        try {
            boolean wanted = !closed && (current == instead || current == null || !current.isOpen());
            if (!wanted) {
                link = null;
            } else {
                if (wasConnected && current == null) {
                    away = Duration.ofNanos(System.nanoTime() - lostAt);
                }
                wasConnected = true;
                links.add(link);
                current = link;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (link == null) {
            Broker.cut(fresh);
            return;
        }
        link.watch();
        if (away != null) {
            LOG.info("reconnected to the broker for sending after {} ms: {}", away.toMillis(), describe());
            events.reconnected(name.get(), away);
        }
        owner.connectionChanged();
    }

    /**
     * Opens another connection beside this one, which has served one target badly, for all channels that are opened from
     * then on. Tried once, in the background; nothing if it is done already.
     *
     * @return whether {@link #isRenewing} is to be waited for
     */
    boolean renew(PublishingLink old) {
        lock.lock();
        try {
            if (closed || current != old) {
                return false;
            }
            if (renewing == null) {
                if (links.size() >= MAX_LINKS) {
                    return false;
                }
                // before the thread runs, which ends it
                renewing = old;
                if (!start(() -> openBeside(old))) {
                    renewing = null;
                }
            }
            return renewing == old;
        } finally {
            lock.unlock();
        }
    }

    /** Whether another connection is being opened beside this one. */
    boolean isRenewing(PublishingLink link) {
        return renewing == link;
    }

    private void openBeside(PublishingLink old) {
        try {
            Broker.avoid(old.connection());
            adopt(broker.open(name.get(), null), old);
            LOG.info("sends over a new connection, since the broker refused messages on the last one");
        } catch (BrokerException e) {
            LOG.info("stays with the connection for sending, since no other could be opened: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("stays with the connection for sending, since no other could be opened: {}", e.toString());
        } finally {
            renewing = null;
            owner.connectionChanged();
        }
    }

    /** Ends the connections that are no longer the current one and that no channel needs any more. */
    void endUnused() {
        List<PublishingLink> unused;
        lock.lock();
        try {
            unused = links.stream()
                    .filter(link -> link != current && !link.hasChannels())
                    .toList();
        } finally {
            lock.unlock();
        }
        unused.forEach(link -> start(() -> link.close(FAREWELL)));
    }

    void lost(PublishingLink link, ShutdownSignalException cause) {
        boolean told;
        boolean reopen;
        lock.lock();
        try {
            boolean known = links.remove(link);
            told = known && !closed && !cause.isInitiatedByApplication();
            reopen = current == link && !closed;
            if (current == link) {
                current = null;
                lostAt = System.nanoTime();
            }
        } finally {
            lock.unlock();
        }
        if (told) {
            String reason = reason(cause);
            LOG.warn("lost the connection for sending to {}: {}", describe(), reason);
            events.disconnected(name.get(), reason);
        }
        if (reopen) {
            open();
        }
        owner.connectionChanged();
    }

    private static String reason(ShutdownSignalException cause) {
        String reply = BrokerFaults.replyText(cause);
        if (reply != null) {
            return reply;
        }
        Throwable deepest = cause.getCause() == null ? cause : cause.getCause();
        return deepest instanceof ShutdownSignalException
                ? "the connection broke"
                : String.valueOf(deepest.getMessage() == null ? deepest : deepest.getMessage());
    }

    void blocked(PublishingLink link, String reason) {
        if (link == current) {
            LOG.warn("the broker blocks publishers ({}): sending waits, workers go on", reason);
            events.blocked(null, reason);
        }
        owner.connectionChanged();
    }

    void unblocked(PublishingLink link) {
        if (link == current) {
            LOG.info("the broker takes messages again: sending goes on");
            events.unblocked(null);
        }
        owner.connectionChanged();
    }

    /** No connection is opened any more. */
    void stopOpening() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        broker.wakeWaiting();
    }

    /** Ends all connections; waits no longer than this for the broker's farewell. */
    void close(long patienceMillis) {
        stopOpening();
        List<PublishingLink> all;
        lock.lock();
        try {
            all = List.copyOf(links);
        } finally {
            lock.unlock();
        }
        long patience = Math.max(LEAST_FAREWELL.toMillis(), Math.min(FAREWELL.toMillis(), patienceMillis));
        all.forEach(link -> link.close(Duration.ofMillis(patience)));
    }
}
