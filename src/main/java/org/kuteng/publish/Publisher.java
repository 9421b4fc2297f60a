package org.kuteng.publish;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
import org.slf4j.event.Level;

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

    /** A message that may have closed the channel this often is given up: it would close it for ever. */
    private static final int MAX_CHANNELS_CLOSED = 3;

    private static final String STOPPING = "kuteng is stopping";

    private final Broker broker;
    private final PublishSettings settings;
    private final Supplier<String> connectionName;
    private final Completions completions;

    /** Overdue messages, refusals that wait for their reason. */
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(daemon("timer"));

    /** Opens the connection again; apart from the timer, since it may wait long for the broker. */
    private final Executor opener = task -> daemon("opener").newThread(task).start();

    /** Held while a message is given its number and written: the order on the wire is the order of the numbers. */
    private final ReentrantLock sending = new ReentrantLock();

    /** Guards all that follows; never held during I/O. */
    private final ReentrantLock state = new ReentrantLock();

    private final Condition changed = state.newCondition();
    /** As often as there are producers that need it. */
    private final List<Topology> topologies = new ArrayList<>();

    private final List<Unconfirmed> toSendAgain = new ArrayList<>();
    private PublishingChannel channel;
    private long sent;
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
    public Publisher(Broker broker, PublishSettings settings, Supplier<String> connectionName, Executor completions) {
        this.broker = broker;
        this.settings = settings;
        this.connectionName = connectionName;
        this.completions = new Completions(completions);
        timer.scheduleWithFixedDelay(
                this::failOverdue, CHECK_INTERVAL.toMillis(), CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Called when the broker refuses to take up again what broke, and trying again cannot help; unset: it is logged. */
    public void onRefusal(Consumer<BrokerException> listener) {
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
     * Declares what {@link #declare} was told to no more: the producer has ended, and its queue may be declared in
     * another way when the connection is opened the next time. Nothing if it never was declared.
     */
    public void forget(Topology topology) {
        locked(() -> topologies.remove(topology));
    }

    /**
     * Sends a message. Returns as soon as it is written; waits before that while the window is full, the broker does not
     * take messages, or the connection is being opened again.
     *
     * @throws SendFailedException if there was no room for it within the confirm time-out, not counting the time in
     *     which the broker blocked publishers; nothing was sent
     * @throws IllegalArgumentException if it cannot be written in AMQP; nothing was sent
     * @throws InterruptedException if interrupted while waiting; nothing was sent
     */
    public void send(OutgoingMessage message, SendCallback callback) throws InterruptedException {
        Unconfirmed unconfirmed = new Unconfirmed(message, callback);
        long deadline = deadline();
        while (true) {
            PublishingChannel current = awaitRoom(deadline);
            sending.lockInterruptibly();
            try {
                unconfirmed.order = ++sent;
                if (current.hasRoom() && current.write(unconfirmed)) {
                    return;
                }
            } finally {
                sending.unlock();
            }
        }
    }

    private long deadline() {
        return System.nanoTime() + settings.confirmTimeout().toNanos();
    }

    private PublishingChannel awaitRoom(long firstDeadline) throws InterruptedException {
        long deadline = firstDeadline;
        boolean wasBlocked = false;
        state.lock();
        try {
            int refusalsBefore = refusals;
            while (true) {
                if (closed) {
                    throw new SendFailedException("not sent: " + STOPPING, null);
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
                if (blocked || wasBlocked) {
                    deadline = deadline();
                }
                wasBlocked = blocked;
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new SendFailedException(notWritten(), null);
                }
                changed.awaitNanos(left);
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
            if (current == null || !current.isOpen()) {
                adopt(broker.open(connectionName.get(), null));
                current = locked(() -> channel);
            }
            if (current == null) {
                throw new BrokerException(
                        BrokerException.Cure.TIME,
                        "lost the connection for sending to " + broker.describe() + " at once",
                        null);
            }
            return current;
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

    /** Goes on until there is a connection, and all that waited for it is written. */
    private void reopen() {
        while (!nothingToReopen()) {
            try {
                restore();
            } catch (BrokerException e) {
                if (e.endsRoute()) {
                    refused(e);
                    return;
                }
                LOG.warn("{}; trying again", e.getMessage());
                pause(broker.settings().retryDelay());
            } catch (RuntimeException e) {
                LOG.error("sending waits, since the connection cannot be opened again: {}", e.toString(), e);
                pause(broker.settings().retryDelay());
            }
        }
    }

    private boolean nothingToReopen() {
        return locked(() -> {
            boolean nothing = closed || channel != null && toSendAgain.isEmpty();
            if (nothing) {
                opening = false;
            }
            return nothing;
        });
    }

    private void restore() {
        PublishingChannel current = locked(() -> channel);
        if (current != null) {
            boolean all;
            sending.lock();
            try {
                all = sendAgain(current);
            } finally {
                sending.unlock();
            }
            if (!all) {
                // this channel has ended as well, and is about to say so
                pause(CHECK_INTERVAL);
            }
            return;
        }
        Connection fresh =
                broker.openPatiently(connectionName.get(), null, () -> locked(() -> !closed && channel == null));
        if (fresh == null) {
            return;
        }
        try {
            locked(() -> topologies.stream().distinct().toList()).forEach(topology -> topology.declare(fresh));
        } catch (RuntimeException e) {
            abort(fresh);
            throw e;
        }
        sending.lock();
        try {
            adopt(fresh);
        } finally {
            sending.unlock();
        }
    }

    /** What waits to be sent fails; the next send tries once more. */
    private void refused(BrokerException e) {
        String before = locked(() -> refusal == null ? null : refusal.getMessage());
        // each send asks again: the same answer is told once
        LOG.atLevel(e.getMessage().equals(before) ? Level.DEBUG : Level.ERROR).log("{}", e.getMessage());
        List<Unconfirmed> left = locked(() -> {
            refusal = e;
            refusals++;
            opening = false;
            changed.signalAll();
            return takeToSendAgain();
        });
        left.forEach(unconfirmed -> settled(
                unconfirmed,
                new SendFailedException(
                        "message for " + unconfirmed.message.target() + " was not confirmed: " + e.getMessage(), e)));
        refusalListener.accept(e);
    }

    private void pause(Duration duration) {
        state.lock();
        try {
            changed.await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            state.unlock();
        }
    }

    /**
     * Sends on this connection from here on, unless another one came first. With {@link #sending} held, so that nothing
     * new overtakes what is sent again.
     */
    private void adopt(Connection fresh) {
        PublishingChannel opened;
        try {
            opened = new PublishingChannel(fresh, settings, this, timer);
        } catch (IOException | RuntimeException e) {
            abort(fresh);
            throw BrokerFaults.ofRequest("open a channel for sending", e);
        }
        boolean wanted = locked(() -> {
            boolean first = !closed && (channel == null || !channel.isOpen());
            if (first) {
                channel = opened;
                changed.signalAll();
            }
            return first;
        });
        if (!wanted) {
            abort(fresh);
            return;
        }
        opened.watch();
        sendAgain(opened);
    }

    private static void abort(Connection unwanted) {
        unwanted.abort((int) CLOSE_TIMEOUT.toMillis());
    }

    /**
     * With {@link #sending} held.
     *
     * @return false if the channel has ended meanwhile
     */
    private boolean sendAgain(PublishingChannel on) {
        List<Unconfirmed> again = takeToSendAgain();
        if (!again.isEmpty()) {
            LOG.info("sending {} unconfirmed messages again; some may arrive twice", again.size());
        }
        again.sort(Comparator.comparingLong(unconfirmed -> unconfirmed.order));
        int count = 0;
        while (count < again.size() && writeAgain(on, again.get(count))) {
            count++;
        }
        List<Unconfirmed> rest = again.subList(count, again.size());
        if (!keep(rest)) {
            rest.forEach(unconfirmed -> settled(unconfirmed, stopped()));
        }
        return rest.isEmpty();
    }

    private boolean writeAgain(PublishingChannel on, Unconfirmed unconfirmed) {
        try {
            return on.write(unconfirmed);
        } catch (IllegalArgumentException e) {
            settled(unconfirmed, e);
            return true;
        }
    }

    private List<Unconfirmed> takeToSendAgain() {
        return locked(() -> {
            List<Unconfirmed> all = new ArrayList<>(toSendAgain);
            toSendAgain.clear();
            return all;
        });
    }

    /** @return false if nothing will be sent again, and the messages are to fail */
    private boolean keep(List<Unconfirmed> messages) {
        return locked(() -> !closed && (messages.isEmpty() || toSendAgain.addAll(messages)));
    }

    @Override
    public void ended(PublishingChannel endedChannel, List<Unconfirmed> unconfirmed, ShutdownSignalException cause) {
        String reply = cause.isHardError() ? null : BrokerFaults.replyText(cause);
        List<Unconfirmed> failed = new ArrayList<>();
        boolean stopping = locked(() -> {
            boolean again = settings.sendAgain() && !closed;
            for (Unconfirmed message : unconfirmed) {
                (again && !isGuilty(message, reply) ? toSendAgain : failed).add(message);
            }
            if (channel == endedChannel) {
                channel = null;
            }
            openAgain();
            changed.signalAll();
            return closed;
        });
        if (!stopping && cause.isHardError()) {
            LOG.warn("lost the connection for sending to {}", broker.describe());
        }
        for (Unconfirmed message : failed) {
            settled(message, stopping ? stopped() : lost(message.message, cause));
        }
    }

    /** Whether the message is why the broker closed the channel: sent again it would close the next one too. */
    private static boolean isGuilty(Unconfirmed unconfirmed, String reply) {
        return reply != null
                && (unconfirmed.message.isMeantBy(reply) || ++unconfirmed.channelsClosed >= MAX_CHANNELS_CLOSED);
    }

    private static SendFailedException lost(OutgoingMessage message, ShutdownSignalException cause) {
        String reply = cause.isInitiatedByApplication() ? null : BrokerFaults.replyText(cause);
        return new SendFailedException(
                "message for " + message.target() + " was not confirmed: "
                        + (reply == null ? "the connection broke; the broker may have it or not" : reply),
                cause);
    }

    private static SendFailedException stopped() {
        return new SendFailedException("not confirmed: " + STOPPING + "; the broker may have it or not", null);
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
    public void settled(List<Unconfirmed> messages) {
        completions.tell(messages);
    }

    private void settled(Unconfirmed unconfirmed, Exception failure) {
        completions.tell(List.of(unconfirmed.failed(failure)));
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
        LOG.info("the broker takes messages again: sending goes on");
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
        takeToSendAgain().forEach(unconfirmed -> settled(unconfirmed, stopped()));
    }

    private PublishingChannel awaitConfirmed() {
        state.lock();
        try {
            long left = settings.confirmTimeout().toNanos();
            while (left > 0 && channel != null && channel.isAwaitingConfirms()) {
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
