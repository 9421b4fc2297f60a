package org.kuteng.publish;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.Topology;
import org.kuteng.events.WorkEvents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends messages and tells each sender, later and on another thread, whether the broker has the message. A bounded
 * number may be unconfirmed at a time for each target (an exchange and a routing key); further senders to that target
 * block. When the connection breaks it is opened again, and what was unconfirmed is sent again or fails, as the settings
 * say; what the broker refuses is tried on a fresh channel and on a fresh connection; what no queue takes is sent again
 * once what was declared here is declared again.
 */
public final class Publisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** How often it is looked at whether anything is overdue or stuck. */
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(250);

    /** How often it is looked at whether a channel goes on that the broker stopped; only while somebody waits for it. */
    private static final Duration FLOW_INTERVAL = Duration.ofMillis(10);

    /** How often it is looked at, when the publisher closes, whether everything is confirmed. */
    private static final Duration CLOSE_INTERVAL = Duration.ofMillis(10);

    private final PublishSettings settings;
    private final WorkEvents events;
    private final ScheduledThreadPoolExecutor timer;
    private final ThreadPoolExecutor menders;
    private final Declarations declarations = new Declarations();
    private final SendingConnection connection;
    private final Targets targets;
    private final long stuckNanos;
    private final AtomicBoolean watchingFlow = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Cycles of full queues that the log knows of. Used by the timer only. */
    private Set<List<String>> toldCycles = Set.of();

    /**
     * @param connectionName asked when the connection is opened
     * @param completions runs what senders do next; must not be the thread that reads from the broker, and a sender
     *     may block it: {@link GrowingThreads}
     * @param events told of each send, answer and connection
     */
    public Publisher(
            Broker broker,
            PublishSettings settings,
            Supplier<String> connectionName,
            Executor completions,
            WorkEvents events) {
        this(broker, settings, connectionName, completions, events, FlowControl::isStopped);
    }

    /** @param flowStopped whether the broker stopped a channel */
    Publisher(
            Broker broker,
            PublishSettings settings,
            Supplier<String> connectionName,
            Executor completions,
            WorkEvents events,
            Predicate<Channel> flowStopped) {
        this.settings = settings;
        this.events = events;
        this.timer = new ScheduledThreadPoolExecutor(1, daemons("kuteng-publisher-timer"));
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        timer.setRemoveOnCancelPolicy(true);
        this.menders = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons("kuteng-publisher"));
        this.connection = new SendingConnection(
                broker, connectionName, events, daemons("kuteng-publisher-connection"), new Connected());
        this.targets = new Targets(new Services(
                settings,
                connection,
                declarations,
                new Completions(completions),
                events,
                timer,
                menders,
                flowStopped,
                this::watchFlow));
        // a broker that says nothing at all is left after two missed heartbeats; this one lives, but takes nothing
        this.stuckNanos = settings.confirmTimeout().toNanos();
        timer.scheduleWithFixedDelay(
                this::check, CHECK_INTERVAL.toMillis(), CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private final class Connected implements SendingConnection.Owner {
        @Override
        public void connectionChanged() {
            targets.forEach(Target::roomChanged);
        }

        @Override
        public void opened(Connection fresh) {
            if (!settings.confirm()) {
                // nobody would be told that a message found no queue
                declarations.declareAll(fresh);
                return;
            }
            List<Topology> known = declarations.known();
            if (!known.isEmpty()) {
                // beside the sends, which do not wait for it: a node may answer nothing about a queue it does not lead
                menders.execute(() -> declarations.check(known, fresh));
            }
        }
    }

    /** Called when something that was deleted exists with other arguments since; unset: it is only logged. */
    public void onRefusal(BiConsumer<Topology, BrokerException> listener) {
        declarations.onRefusal(listener);
    }

    /**
     * Declares what a producer needs, now, and again whenever a message for it finds no queue.
     *
     * @throws BrokerException if the broker is not there or refuses
     */
    public void declare(Topology topology) {
        PublishingLink link = connection.openNow();
        if (!topology.isEmpty()) {
            topology.declare(link.connection());
            declarations.remember(topology);
        }
    }

    /** Declares it only when a message for it finds no queue: somebody else has declared it already. */
    public void remember(Topology topology) {
        if (!topology.isEmpty()) {
            declarations.remember(topology);
        }
    }

    /**
     * Declares it when the first message for one of its queues comes, and not before: no message may ever come. That
     * message, and those that follow it, wait until the queues are there and, at RabbitMQ, old enough to survive the end
     * of their node; their senders do not wait.
     */
    public void rememberOnDemand(Topology topology) {
        declarations.rememberOnDemand(topology);
    }

    /** What {@link #rememberOnDemand} was told is needed no more by one of those who said so. */
    public void forgetOnDemand(Topology topology) {
        declarations.forgetOnDemand(topology);
    }

    /**
     * Declares what {@link #declare} or {@link #remember} was told no more: the producer has ended, and its queue may be
     * declared in another way. Nothing if it never was declared.
     */
    public void forget(Topology topology) {
        declarations.forget(topology);
    }

    /** Sends a message for somebody who is no worker: {@link #send(OutgoingMessage, String, SendCallback)}. */
    public void send(OutgoingMessage message, SendCallback callback) throws InterruptedException {
        send(message, null, callback);
    }

    /**
     * Sends a message. Returns as soon as it is written; waits before that while the window of its target is full, the
     * broker takes no messages for it, or the connection is being opened again.
     *
     * @param from the work queue whose work sends, so that queues that wait for each other are found; null if no worker
     *     sends
     * @throws SendFailedException if there was no room for it within the confirm time-out, not counting the time in
     *     which the broker took no messages, or if it cannot be written in AMQP; nothing was sent
     * @throws InterruptedException if interrupted while waiting; nothing was sent
     */
    public void send(OutgoingMessage message, String from, SendCallback callback) throws InterruptedException {
        Unconfirmed unconfirmed = new Unconfirmed(message, callback);
        try {
            while (!targets.of(message).send(unconfirmed, from)) {
                Thread.onSpinWait();
            }
        } catch (SendFailedException e) {
            events.sendFailed(message.exchange(), message.routingKey(), e.getMessage());
            throw e;
        }
    }

    /**
     * Sends a message and waits until the broker has it.
     *
     * @param from as for {@link #send(OutgoingMessage, String, SendCallback)}
     * @throws SendFailedException if the broker does not have it, or is not known to have it; after an interrupt, which
     *     stays set, with the kind UNKNOWN if it was written, and NOT_SENT if it was not
     */
    public void sendAndWait(OutgoingMessage message, String from) {
        Answer answer = new Answer();
        try {
            send(message, from, answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SendFailedException.notSent(message, "interrupted while it waited for room", e);
        }
        Exception failure;
        try {
            failure = answer.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SendFailedException.unknown(message, "interrupted before the broker answered", e);
        }
        if (failure instanceof RuntimeException thrown) {
            throw thrown;
        }
        if (failure != null) {
            throw SendFailedException.unknown(message, String.valueOf(failure.getMessage()), failure);
        }
    }

    /** What one sender waits for. */
    private static final class Answer implements SendCallback {
        private final CountDownLatch there = new CountDownLatch(1);
        private Exception failure;

        @Override
        public void sent(Exception why) {
            failure = why;
            there.countDown();
        }

        @Override
        public boolean isQuick() {
            return true;
        }

        @Override
        public boolean isWaitedFor() {
            return true;
        }

        Exception await() throws InterruptedException {
            there.await();
            return failure;
        }
    }

    /** Whether there is a connection now. */
    public boolean isConnected() {
        return connection.current() != null;
    }

    /** How many messages were written and are not confirmed yet. */
    public int unconfirmed() {
        return targets.all().stream().mapToInt(Target::unconfirmed).sum();
    }

    /** Senders that wait now because a queue is full. */
    public List<BlockedSender> blockedSenders() {
        return targets.blockedSenders();
    }

    /** How many targets have a channel, at the most. */
    int targets() {
        return targets.size();
    }

    /** The connection for sending, opened if there is none: for questions beside what is sent. */
    Connection connection() {
        return connection.openNow().connection();
    }

    /** Senders that wait for room are told that their message was not sent, and so is who would have to wait. */
    public void stopWaiting() {
        targets.stopWaiting();
    }

    private void check() {
        long now = System.nanoTime();
        for (Target target : targets.all()) {
            try {
                target.check(now, stuckNanos);
            } catch (Throwable e) {
                LOG.error("sending to {} could not be looked after: {}", target.name(), e.toString(), e);
            }
        }
        try {
            connection.endUnused();
            tellCycles();
        } catch (Throwable e) {
            LOG.error("the publisher could not be looked after: {}", e.toString(), e);
        }
    }

    private void tellCycles() {
        List<BlockedSender> blocked = targets.all().stream()
                .filter(Target::isToldBlocked)
                .flatMap(target -> target.blockedSenders().stream())
                .toList();
        Set<List<String>> cycles = blocked.isEmpty() ? Set.of() : Cycles.among(blocked);
        for (List<String> cycle : cycles) {
            if (!toldCycles.contains(cycle)) {
                LOG.error(
                        "{}: each is full, and workers of each wait to send to the next; if all of them do, nothing"
                                + " goes on until messages are taken out of one of them, it has more room, or there are"
                                + " more workers",
                        describe(cycle));
            }
        }
        toldCycles = new HashSet<>(cycles);
    }

    private static String describe(List<String> cycle) {
        return "queues '" + String.join("' -> '", cycle) + "' -> '" + cycle.get(0) + "' may wait for each other";
    }

    /** Nobody tells when the broker lets a channel go on. */
    private void watchFlow() {
        if (!watchingFlow.compareAndSet(false, true)) {
            return;
        }
        try {
            timer.schedule(this::lookAtFlow, FLOW_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the publisher is closed", e);
        }
    }

    private void lookAtFlow() {
        // reset first: a sender that begins to wait during this check schedules the next one
        watchingFlow.set(false);
        boolean stopped = false;
        for (Target target : targets.all()) {
            if (target.hasWaiting()) {
                if (target.isFlowStopped()) {
                    stopped = true;
                } else {
                    target.roomChanged();
                }
            }
        }
        if (stopped) {
            watchFlow();
        }
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Waits for what is unconfirmed, up to the confirm time-out, then ends the connection. What is left fails. */
    @Override
    public void close() {
        close(System.nanoTime() + settings.confirmTimeout().toNanos());
    }

    /**
     * Waits for what is unconfirmed, then ends the connection. What is left fails as unknown.
     *
     * @param deadline until when to wait, in terms of {@link System#nanoTime()}
     */
    public void close(long deadline) {
        awaitConfirmed(deadline);
        closed.countDown();
        connection.stopOpening();
        targets.stop();
        connection.close(TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
        timer.shutdown();
        menders.shutdown();
    }

    private void awaitConfirmed(long deadline) {
        try {
            while (deadline - System.nanoTime() > 0
                    && targets.all().stream().anyMatch(Target::isAwaitingConfirms)
                    && !closed.await(CLOSE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                // until the broker has answered, or there is no time left
                Thread.onSpinWait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
