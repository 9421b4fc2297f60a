package org.kuteng.rabbitmq;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends messages over one long-lived channel and tells each sender, later and on another thread, whether the broker has
 * the message. A bounded number may be unconfirmed at a time; who comes then waits. When the connection breaks it is
 * opened again, and what was unconfirmed is sent again or fails, as the settings say.
 *
 * @see <a href="https://www.rabbitmq.com/docs/confirms#publisher-confirms">RabbitMQ, publisher confirms</a>
 */
public final class Publisher implements AutoCloseable, PublishingChannel.Owner {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** How often it is looked at whether the oldest unconfirmed message is overdue. */
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(250);

    /** A broker that does not answer the farewell is left without it. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    /** A message that closed the channel this often is given up: it would close it for ever. */
    private static final int MAX_CHANNELS_CLOSED = 3;

    private final Broker broker;
    private final WorkQueueSettings settings;
    private final Supplier<String> connectionName;
    private final Executor completions;

    /** Overdue messages, refusals that wait for their reason. */
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(daemon("timer"));

    /** Opens the connection again; apart from the timer, since it may wait long for the broker. */
    private final Executor opener = task -> daemon("opener").newThread(task).start();

    /** Held while a message is given its number and written: the order on the wire is the order of the numbers. */
    private final ReentrantLock sending = new ReentrantLock();

    /** Guards all that follows; never held during I/O. */
    private final ReentrantLock state = new ReentrantLock();

    private final Condition changed = state.newCondition();
    private final Set<Topology> topologies = new LinkedHashSet<>();
    private final List<Unconfirmed> toSendAgain = new ArrayList<>();
    private PublishingChannel channel;
    private boolean opening;
    private boolean closed;

    /** Why the broker refused the last time, and how often it has. */
    private BrokerException refusal;

    private int refusals;
    private Consumer<BrokerException> refusalListener = fault -> {};

    /**
     * @param connectionName asked when the connection is opened
     * @param completions runs what senders do next; must not be the thread that reads from the broker
     */
    public Publisher(Broker broker, WorkQueueSettings settings, Supplier<String> connectionName, Executor completions) {
        this.broker = broker;
        this.settings = settings;
        this.connectionName = connectionName;
        this.completions = completions;
        timer.scheduleWithFixedDelay(
                this::failOverdue, CHECK_INTERVAL.toMillis(), CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Called when the broker refuses to take up again what broke, and trying again cannot help; unset: it is logged. */
    void onRefusal(Consumer<BrokerException> listener) {
        refusalListener = listener;
    }

    /**
     * Declares what a producer needs, now and after each reconnect.
     *
     * @throws BrokerException if the broker is not there or refuses
     */
    public void declare(Topology topology) {
        PublishingChannel current = openIfNeeded();
        if (topology.isEmpty()) {
            return;
        }
        topology.declare(current.connection());
        locked(() -> topologies.add(topology));
    }

    /**
     * Sends a message. Returns as soon as it is written; waits before that while the window is full, the broker blocks
     * publishers, or the connection is being opened again.
     *
     * @throws SendFailedException if it could not even be written within the confirm time-out
     * @throws IllegalArgumentException if it cannot be written in AMQP
     * @throws InterruptedException if interrupted while waiting; nothing was sent
     */
    public void send(OutgoingMessage message, SendCallback callback) throws InterruptedException {
        long deadline = System.nanoTime() + settings.confirmTimeout().toNanos();
        Unconfirmed unconfirmed = new Unconfirmed(message, callback, deadline);
        while (true) {
            PublishingChannel current = awaitRoom(deadline);
            sending.lockInterruptibly();
            try {
                if (current.hasRoom() && current.write(unconfirmed)) {
                    return;
                }
            } finally {
                sending.unlock();
            }
        }
    }

    private PublishingChannel awaitRoom(long deadline) throws InterruptedException {
        state.lock();
        try {
            int refusalsBefore = refusals;
            while (true) {
                if (closed) {
                    throw new SendFailedException("not sent: kuteng is stopping", null);
                }
                if (refusals != refusalsBefore) {
                    throw new SendFailedException("not sent: " + refusal.getMessage(), refusal);
                }
                if (channel != null && channel.hasRoom()) {
                    return channel;
                }
                if (channel == null) {
                    openAgain();
                }
                boolean blocked = channel != null && channel.isBlocked();
                long left = deadline - System.nanoTime();
                if (left <= 0 && !blocked) {
                    throw new SendFailedException(notWritten(), null);
                }
                changed.awaitNanos(Math.max(left, CHECK_INTERVAL.toNanos()));
            }
        } finally {
            state.unlock();
        }
    }

    private String notWritten() {
        return "not sent within " + settings.confirmTimeout().toMillis() + " ms (kuteng.confirm.timeout): "
                + (channel == null
                        ? "no connection to the broker at " + broker.describe()
                        : channel.unconfirmed() + " messages are unconfirmed (kuteng.confirm.window)");
    }

    private PublishingChannel openIfNeeded() {
        sending.lock();
        try {
            PublishingChannel current = locked(() -> channel);
            return current != null && current.isOpen() ? current : open(broker.open(connectionName.get(), null));
        } finally {
            sending.unlock();
        }
    }

    /** With {@link #state} held. */
    private void openAgain() {
        if (!opening && !closed) {
            opening = true;
            opener.execute(this::reopen);
        }
    }

    private void reopen() {
        while (!isClosed()) {
            Connection fresh = null;
            try {
                fresh = broker.openPatiently(connectionName.get(), null, () -> !isClosed());
                if (fresh == null) {
                    return;
                }
                for (Topology topology : locked(() -> List.copyOf(topologies))) {
                    topology.declare(fresh);
                }
                sending.lock();
                try {
                    sendAgain(open(fresh));
                } finally {
                    sending.unlock();
                }
                return;
            } catch (BrokerException e) {
                if (fresh != null) {
                    fresh.abort();
                }
                if (e.isPermanent()) {
                    refused(e);
                    return;
                }
                LOG.warn("{}; trying again", e.getMessage());
                pause();
            }
        }
    }

    /** What waits to be sent fails; the next send tries once more. */
    private void refused(BrokerException e) {
        LOG.error("{}", e.getMessage());
        List<Unconfirmed> left = locked(() -> {
            List<Unconfirmed> copy = List.copyOf(toSendAgain);
            toSendAgain.clear();
            refusal = e;
            refusals++;
            opening = false;
            changed.signalAll();
            return copy;
        });
        left.forEach(unconfirmed -> settled(
                unconfirmed,
                new SendFailedException(
                        "message for " + unconfirmed.message.target() + " was not confirmed: " + e.getMessage(), e)));
        refusalListener.accept(e);
    }

    private void pause() {
        state.lock();
        try {
            changed.await(broker.settings().retryDelay().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            state.unlock();
        }
    }

    private PublishingChannel open(Connection fresh) {
        PublishingChannel opened;
        try {
            opened = new PublishingChannel(fresh, settings, this, timer);
        } catch (IOException | ShutdownSignalException e) {
            fresh.abort();
            throw BrokerFaults.ofRequest("open a channel for sending", e);
        }
        locked(() -> {
            channel = opened;
            opening = false;
            changed.signalAll();
            return null;
        });
        opened.watch();
        return opened;
    }

    /** With {@link #sending} held, so that nothing new overtakes. */
    private void sendAgain(PublishingChannel on) {
        List<Unconfirmed> again = locked(() -> {
            List<Unconfirmed> copy = new ArrayList<>(toSendAgain);
            toSendAgain.clear();
            return copy;
        });
        if (!again.isEmpty()) {
            LOG.info("sending {} unconfirmed messages again; some may arrive twice", again.size());
        }
        for (Unconfirmed unconfirmed : again) {
            if (!on.write(unconfirmed)) {
                locked(() -> toSendAgain.add(unconfirmed));
            }
        }
    }

    @Override
    public void ended(PublishingChannel endedChannel, List<Unconfirmed> unconfirmed, ShutdownSignalException cause) {
        List<Unconfirmed> failed = new ArrayList<>();
        boolean wanted = locked(() -> {
            boolean again = settings.sendAgain() && !closed;
            for (Unconfirmed message : unconfirmed) {
                (again && !isGuilty(message, cause) ? toSendAgain : failed).add(message);
            }
            if (channel == endedChannel) {
                channel = null;
            }
            openAgain();
            changed.signalAll();
            return closed;
        });
        if (!wanted && cause.isHardError()) {
            LOG.warn("lost the connection for sending to {}", broker.describe());
        }
        for (Unconfirmed message : failed) {
            settled(message, lost(message.message, cause));
        }
    }

    /** Whether the message is why the broker closed the channel: sent again it would close the next one too. */
    private static boolean isGuilty(Unconfirmed unconfirmed, ShutdownSignalException cause) {
        String reply = BrokerFaults.replyText(cause);
        if (cause.isHardError() || reply == null) {
            return false;
        }
        String exchange = unconfirmed.message.exchange();
        return !exchange.isEmpty() && reply.contains("exchange '" + exchange + "'")
                || unconfirmed.writes >= MAX_CHANNELS_CLOSED;
    }

    private static SendFailedException lost(OutgoingMessage message, ShutdownSignalException cause) {
        String reply = BrokerFaults.replyText(cause);
        return new SendFailedException(
                "message for " + message.target() + " was not confirmed: "
                        + (reply == null ? "the connection broke; the broker may have it or not" : reply),
                cause);
    }

    private void failOverdue() {
        long now = System.nanoTime();
        List<Unconfirmed> overdue = new ArrayList<>();
        locked(() -> {
            toSendAgain.removeIf(unconfirmed -> unconfirmed.deadline - now < 0 && overdue.add(unconfirmed));
            if (channel != null) {
                overdue.addAll(channel.takeOverdue(now));
            }
            return null;
        });
        for (Unconfirmed unconfirmed : overdue) {
            settled(
                    unconfirmed,
                    new SendFailedException(
                            "message for " + unconfirmed.message.target() + " was not confirmed within "
                                    + settings.confirmTimeout().toMillis()
                                    + " ms (kuteng.confirm.timeout); the broker may have it or not",
                            null));
        }
        if (!overdue.isEmpty()) {
            roomChanged();
        }
    }

    @Override
    public void settled(Unconfirmed unconfirmed, Exception failure) {
        completions.execute(() -> unconfirmed.callback.sent(failure));
    }

    @Override
    public void roomChanged() {
        locked(() -> {
            changed.signalAll();
            return null;
        });
    }

    @Override
    public void blocked(String reason) {
        LOG.warn("the broker blocks publishers ({}): sending waits, workers go on", reason);
    }

    @Override
    public void unblocked() {
        PublishingChannel current = locked(() -> channel);
        if (current != null) {
            current.extendDeadlines(
                    System.nanoTime() + settings.confirmTimeout().toNanos());
        }
        LOG.info("the broker takes messages again: sending goes on");
    }

    private boolean isClosed() {
        return locked(() -> closed);
    }

    private <T> T locked(Supplier<T> action) {
        state.lock();
        try {
            return action.get();
        } finally {
            state.unlock();
        }
    }

    private static java.util.concurrent.ThreadFactory daemon(String role) {
        return task -> {
            Thread thread = new Thread(task, "kuteng-publisher-" + role);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Waits for what is unconfirmed, up to the confirm time-out, then ends the connection. What is left fails. */
    @Override
    public void close() {
        PublishingChannel last = awaitConfirmed();
        broker.wakeWaiting();
        if (last != null) {
            last.close(CLOSE_TIMEOUT);
        }
        timer.shutdown();
        List<Unconfirmed> left = locked(() -> List.copyOf(toSendAgain));
        left.forEach(unconfirmed ->
                settled(unconfirmed, new SendFailedException("not confirmed: kuteng is stopping", null)));
    }

    private PublishingChannel awaitConfirmed() {
        state.lock();
        try {
            long left = settings.confirmTimeout().toNanos();
            while (left > 0 && channel != null && channel.unconfirmed() > 0 && !channel.isBlocked()) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closed = true;
            changed.signalAll();
            state.unlock();
        }
        return locked(() -> channel);
    }
}
