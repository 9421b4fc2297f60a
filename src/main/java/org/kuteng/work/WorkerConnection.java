package org.kuteng.work;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kuteng.broker.BetweenReads;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.Queues;
import org.kuteng.broker.Server;
import org.slf4j.Logger;

/**
 * A worker's own connection with its channels, from the start of its route to the end. Opened again when it is lost, or
 * a channel of it ended. What asks for numbers or asks it to stop never waits for the broker.
 */
final class WorkerConnection {
    /** A broker that does not answer the farewell is left without it. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    /**
     * How long what was sent ahead may wait for the end of work that is in hand, when a worker stops: longer than most
     * work, shorter than another worker would notice.
     */
    private static final Duration SHORT_WORK = Duration.ofMillis(200);

    /** A worker that leaves the broker waits no longer for what was sent ahead to be on its way back. */
    private static final Duration HAND_BACK_TIMEOUT = Duration.ofMillis(500);

    /** What RabbitMQ says when it closes a channel for a message that was in hand too long. */
    private static final Pattern ACKNOWLEDGEMENT_TIMEOUT =
            Pattern.compile("delivery acknowledgement on channel \\d+ timed out. Timeout value used: (\\d+) ms");

    /** The pauses before a consumer that cannot be opened is tried again. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** The version of RabbitMQ whose quorum queues tell crashes from messages that were handed back. */
    private static final int COUNTING_MAJOR = 4;

    private static final int COUNTING_MINOR = 3;

    /** How often the start of a route tries what the broker refuses in a way that a person must mend. */
    private static final int FIRST_TRIES = 3;

    /** How many channels a connection has room for besides those of the consumers themselves. */
    private static final int SPARE_CHANNELS = 8;

    private final WorkerConsumer worker;
    private final WorkerOptions options;
    private final Logger log;

    /** Held by the one thread that opens channels, over requests to the broker: nobody else waits for it. */
    private final Object opening = new Object();

    /** Read by anybody, changed by the thread that opens and by what ends a consumer. */
    private final List<WorkerChannel> channels = new CopyOnWriteArrayList<>();

    /** Those whose channel has ended while work of theirs was in hand, until that has ended. */
    private final List<WorkerChannel> endedAtWork = new CopyOnWriteArrayList<>();

    /** Those whose worker sleeps though there are messages. */
    private final Queue<PrefetchBuffer> asleep = new ConcurrentLinkedQueue<>();

    /** What waits to be tried again, and goes back to its queue when the worker stops. */
    private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();

    private final BetweenReads reads = new BetweenReads(this::wake);
    private final ScheduledThreadPoolExecutor recovery;

    /** Tries messages again that are held back: a send may wait, and nobody else waits for that. */
    private final ScheduledThreadPoolExecutor held;

    /** On the recovery's own thread. */
    private final Pauses pauses = new Pauses(FIRST_PAUSE, LONGEST_PAUSE);

    private final AtomicBoolean left = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** What the broker sent ahead is on its way back to it. */
    private final CountDownLatch handedBack = new CountDownLatch(1);

    private volatile Connection connection;
    private volatile boolean taking = true;

    /** When it was asked to take no more, in terms of {@link System#nanoTime()}. */
    private volatile long stopNanos;

    /** When it began to leave, in terms of {@link System#nanoTime()}. */
    private volatile long leftNanos;

    /** When the connection was lost, in terms of {@link System#nanoTime()}; 0 if it is there. */
    private volatile long lostNanos;

    private String lastFault;

    /** Done if nothing was opened before the route begins. */
    private CompletableFuture<Void> openingAhead = CompletableFuture.completedFuture(null);

    /** What was declared before the route begins, on the connection that there is. With {@link #opening} held. */
    private List<String> declaredAhead;

    /** With {@link #opening} held. */
    private boolean missingTold;

    /** @param log of the route */
    WorkerConnection(WorkerConsumer worker, Logger log) {
        this.worker = worker;
        this.options = worker.options();
        this.log = log;
        this.recovery =
                new ScheduledThreadPoolExecutor(1, task -> daemon(task, "kuteng-recovery-" + worker.getRouteId()));
        recovery.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.held = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "kuteng-held-" + worker.getRouteId()));
        held.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** How many consumers there are now. */
    int consumers() {
        return channels.size();
    }

    private Stream<WorkerChannel> withEnded() {
        return Stream.concat(channels.stream(), endedAtWork.stream());
    }

    /** How many messages the broker has sent ahead of those in hand. */
    int buffered() {
        return channels.stream().mapToInt(WorkerChannel::buffered).sum();
    }

    /** The messages in hand. */
    List<Work> inHand() {
        return withEnded().flatMap(channel -> channel.inHand().stream()).toList();
    }

    /**
     * Connects and consumes; a broker that is away is waited for in the background.
     *
     * @throws BrokerException if the broker refuses for good
     */
    void begin() {
        for (int attempt = 1; ; attempt++) {
            try {
                if (attempt == 1) {
                    awaitOpenedAhead();
                }
                if (!openMissingIfConnected()) {
                    open(broker().open(connectionName(), reads));
                }
                return;
            } catch (BrokerException e) {
                if (!taking) {
                    return;
                }
                // also a queue that another consumer has for itself: a route that begins can still be put back
                boolean refused = e.needsPerson() || BrokerFaults.replyCode(e) == AMQP.ACCESS_REFUSED;
                if (e.endsRoute() || refused && attempt == FIRST_TRIES) {
                    throw e;
                }
                log.warn("{}", e.getMessage());
                if (!refused) {
                    later(this::restore, 0);
                    return;
                }
                pause();
            }
        }
    }

    /** Connects and declares before {@link #begin}, which tells what the broker refuses. */
    void openAhead(Executor threads) {
        openingAhead = CompletableFuture.runAsync(this::openAhead, threads);
    }

    private void openAhead() {
        if (!taking) {
            return;
        }
        Connection fresh = broker().open(connectionName(), reads);
        synchronized (opening) {
            if (taking) {
                connection = fresh;
                declaredAhead = options.topology().declare(fresh);
            }
        }
        if (!taking) {
            // told to leave before there was a connection to leave
            Broker.leave(fresh, CLOSE_TIMEOUT);
        }
    }

    private void awaitOpenedAhead() {
        try {
            openingAhead.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(FIRST_PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Broker broker() {
        return worker.workers().broker();
    }

    /** Messages for the worker of one consumer, which is woken when all that was read has been put in. */
    PrefetchBuffer newBuffer(int most) {
        return new PrefetchBuffer(most, worker.workers().bufferedBytes(), asleep::add);
    }

    private void wake() {
        for (PrefetchBuffer messages = asleep.poll(); messages != null; messages = asleep.poll()) {
            messages.wake();
        }
    }

    /** Runs it when what the broker has sent so far has been put in. */
    void afterWhatWasRead(Runnable task) {
        reads.execute(task);
    }

    private String connectionName() {
        return "kuteng " + worker.getRouteId();
    }

    private void open(Connection fresh) {
        synchronized (opening) {
            if (!taking || isConnected()) {
                // stopped, or stopped and started again, while the broker was waited for
                Broker.leave(fresh, CLOSE_TIMEOUT);
                return;
            }
            connection = fresh;
            declaredAhead = null;
            openMissing();
        }
    }

    private boolean isConnected() {
        Connection current = connection;
        return current != null && current.isOpen();
    }

    /** Opens as many channels as there should be, on the connection that there is. With {@link #opening} held. */
    private void openMissing() {
        List<String> declared = declaredAhead == null ? options.topology().declare(connection) : declaredAhead;
        declaredAhead = null;
        if (!options.autoDeclare()) {
            tellMissingQueues();
        }
        // the broker makes up a name for the queue of a consumer that names none
        for (String queue : options.queues().isEmpty() ? declared : options.queues()) {
            for (int index = 1; index <= options.consumers(); index++) {
                int number = index;
                if (!taking) {
                    return;
                }
                if (channels.stream().noneMatch(c -> c.queue().equals(queue) && c.index() == number)) {
                    openChannel(queue, index);
                }
            }
        }
    }

    /** Without them no failed work can be attempted again or buried: it stays in hand until they are there. */
    private void tellMissingQueues() {
        if (missingTold) {
            return;
        }
        missingTold = true;
        List<String> missing =
                worker.failureQueues().stream().filter(queue -> !exists(queue)).toList();
        if (!missing.isEmpty()) {
            log.warn(
                    "autoDeclare=false, and the broker has no queue {}: work that fails stays in hand until somebody"
                            + " declares {}",
                    String.join(", ", missing),
                    missing.size() == 1 ? "it" : "them");
        }
    }

    private boolean exists(String queue) {
        // on a channel of its own, as a no closes it
        try (Channel asking = connection.createChannel()) {
            asking.queueDeclarePassive(queue);
            return true;
        } catch (IOException | TimeoutException | RuntimeException e) {
            log.debug("queue '{}' was asked for", queue, e);
            return false;
        }
    }

    private void openChannel(String queue, int index) {
        try {
            Channel channel = connection.createChannel();
            if (channel == null) {
                throw new BrokerException(
                        BrokerException.Cure.CONFIGURATION,
                        "the broker allows only " + connection.getChannelMax() + " channels on a connection; "
                                + worker.getRouteId() + " has concurrentConsumers=" + options.consumers(),
                        null);
            }
            WorkerChannel opened = new WorkerChannel(worker, this, channel, queue, index);
            endedAtWork.removeIf(ended -> !ended.isAtWork());
            endedAtWork.stream()
                    .filter(ended -> ended.queue().equals(queue) && ended.index() == index)
                    .forEach(opened::workAfter);
            channels.add(opened);
            begin(opened);
            if (!taking) {
                // asked to stop while it was opened: nobody has told it, or before it consumed
                opened.stop();
                opened.acknowledgeAtOnce();
                opened.handBack();
                opened.awaitCancelled();
            }
        } catch (IOException | RuntimeException e) {
            throw BrokerFaults.ofRequest("consume from queue '" + queue + "'", e);
        }
    }

    private void begin(WorkerChannel channel) {
        try {
            channel.start();
            if (channel.index() <= redeliveredConsumers() && worker.caresForCrashes() && options.autoDeclare()) {
                channel.alsoConsume(connection.createChannel(), Queues.redeliveredName(channel.queue()));
            }
        } catch (IOException | RuntimeException e) {
            channels.remove(channel);
            channel.discard();
            throw BrokerFaults.ofRequest("consume from queue '" + channel.queue() + "'", e);
        } catch (Error e) {
            // no memory for its thread: else it counts as open, and is never opened again
            channels.remove(channel);
            channel.discard();
            throw e;
        }
    }

    /** Each consumer takes what was delivered before as well, as far as the connection has channels for it. */
    private int redeliveredConsumers() {
        int allowed = connection.getChannelMax() == 0 ? Short.MAX_VALUE : connection.getChannelMax();
        return Math.max(1, allowed / worker.queueCount() - options.consumers() - SPARE_CHANNELS);
    }

    /**
     * Whether the broker counts the crashes that a message of this queue has seen: RabbitMQ since 4.3, where handing a
     * message back ({@code basic.nack}) does not count, in a queue that is declared as a quorum queue.
     */
    boolean countsCrashes(String queue) {
        return Server.of(connection).isRabbitMQ(COUNTING_MAJOR, COUNTING_MINOR)
                && options.topology().queues().stream()
                        .anyMatch(declared -> declared.name().equals(queue)
                                && Queues.QUORUM.equals(declared.arguments().get(Queues.X_QUEUE_TYPE)));
    }

    /** The whole connection is lost. */
    void lost(WorkerChannel channel, String reason) {
        ended(channel, true, reason);
    }

    /** One consumer ended, and was not asked to. */
    void consumerEnded(WorkerChannel channel, String reason) {
        ended(channel, false, reason);
    }

    private void ended(WorkerChannel channel, boolean allOfThem, String reason) {
        if (!taking) {
            return;
        }
        try {
            recovery.execute(() -> {
                if (forget(channel, allOfThem, reason)) {
                    restore();
                }
            });
        } catch (RejectedExecutionException e) {
            log.debug("not opened again: the worker stops", e);
        }
    }

    /** @return false if that was done already, or the worker stops */
    private boolean forget(WorkerChannel channel, boolean allOfThem, String reason) {
        synchronized (opening) {
            if (!channels.contains(channel) || !taking) {
                return false;
            }
            if (allOfThem || !isConnected()) {
                // they all end with it, and are opened again together; others may be open on the next one by now
                List<WorkerChannel> gone = channels.stream()
                        .filter(other -> other.connection() == channel.connection())
                        .toList();
                gone.forEach(WorkerChannel::leave);
                gone.stream().filter(WorkerChannel::isAtWork).forEach(endedAtWork::add);
                channels.removeAll(gone);
                lostNanos = System.nanoTime();
                log.warn("lost the connection to the broker; what was in hand will be delivered again");
                worker.workers().events().disconnected(connectionName(), String.valueOf(reason));
            } else {
                channels.remove(channel);
                if (channel.isAtWork()) {
                    endedAtWork.add(channel);
                }
                log.warn("consumer {} ended: {}; opening it again", channel.index(), explained(reason));
                worker.workers().events().consumerEnded(worker.getRouteId(), channel.queue(), reason);
                channel.discard();
            }
            return true;
        }
    }

    private static String explained(String reason) {
        Matcher timeout = ACKNOWLEDGEMENT_TIMEOUT.matcher(reason);
        return timeout.find()
                ? "work on a message took longer than the broker's consumer_timeout (" + timeout.group(1)
                        + " ms), so that the broker has taken it back and will deliver it again"
                        + " (make the work shorter, or raise consumer_timeout at the broker)"
                : reason;
    }

    /** On the recovery's thread, until all is as it should be. */
    private void restore() {
        try {
            if (!openMissingIfConnected()) {
                Connection fresh = broker().openPatiently(connectionName(), reads, () -> taking);
                if (fresh == null) {
                    return;
                }
                open(fresh);
            }
            if (taking) {
                restored();
            }
        } catch (BrokerException e) {
            if (taking) {
                notRestored(e);
            }
        } catch (RuntimeException | Error e) {
            if (taking) {
                notRestored(
                        new BrokerException(BrokerException.Cure.TIME, "the consumers cannot be restored: " + e, e));
                log.debug("the failure", e);
            }
        }
    }

    private void restored() {
        long since = lostNanos;
        lostNanos = 0;
        lastFault = null;
        pauses.reset();
        if (since == 0) {
            log.info("consumers restored");
        } else {
            Duration away = Duration.ofNanos(System.nanoTime() - since);
            log.info("consumers restored after {}", worker.workers().text(away));
            worker.workers().events().reconnected(connectionName(), away);
        }
        worker.workers().ready();
    }

    private void notRestored(BrokerException e) {
        if (e.endsRoute()) {
            worker.refused(e);
            return;
        }
        if (BrokerFaults.isTimeout(e)) {
            leaveSilentNode();
        }
        Duration pause = pauses.next();
        if (!e.getMessage().equals(lastFault)) {
            // one line a change
            log.warn(
                    "{}; trying again in {}, then less often",
                    e.getMessage(),
                    worker.workers().text(pause));
            lastFault = e.getMessage();
        }
        later(this::restore, pause.toMillis());
    }

    /**
     * A node that answers nothing about a queue, since it waits for a frozen one, answers no later request on the same
     * connection either: the next try is made on a new one, to another node if there is one.
     */
    private void leaveSilentNode() {
        Connection silent = connection;
        if (silent != null) {
            Broker.avoid(silent);
            Broker.cut(silent);
        }
    }

    private boolean openMissingIfConnected() {
        synchronized (opening) {
            boolean connected = isConnected();
            if (connected && taking) {
                openMissing();
            }
            return connected;
        }
    }

    /**
     * Runs it after a pause, or at once when the worker stops, whichever comes first.
     *
     * @param whenStopped runs instead when the worker stops before
     */
    void laterOrStopped(Runnable task, Runnable whenStopped, Duration pause) {
        waiting.add(whenStopped);
        Runnable claimed = () -> {
            if (waiting.remove(whenStopped)) {
                task.run();
            }
        };
        boolean scheduled = taking && later(held, claimed, pause.toMillis());
        if ((!scheduled || !taking) && waiting.remove(whenStopped)) {
            whenStopped.run();
        }
    }

    /** @return false if it is not going to happen, since the worker has ended */
    boolean later(Runnable task, long millis) {
        return later(recovery, task, millis);
    }

    private static boolean later(ScheduledThreadPoolExecutor thread, Runnable task, long millis) {
        try {
            thread.schedule(task, millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    boolean isTaking() {
        return taking;
    }

    /**
     * No further message is begun; what the broker sent ahead goes back to the queue. Returns before that, since the
     * broker may not read what it is sent.
     */
    void stopTaking() {
        synchronized (waiting) {
            // once: by the stop of the process and by the end of the route at the same time, too
            if (!taking) {
                return;
            }
            stopNanos = System.nanoTime();
            taking = false;
        }
        broker().wakeWaiting();
        List<WorkerChannel> all = List.copyOf(channels);
        all.forEach(WorkerChannel::stop);
        daemon(() -> handBack(all), "kuteng-stop-" + worker.getRouteId()).start();
    }

    private void handBack(List<WorkerChannel> all) {
        try {
            all.forEach(WorkerChannel::acknowledgeAtOnce);
            long until = System.nanoTime() + SHORT_WORK.toNanos();
            all.forEach(channel -> channel.awaitShortWork(until, left::get));
            all.forEach(WorkerChannel::handBack);
            for (Runnable waits : waiting) {
                if (waiting.remove(waits)) {
                    waits.run();
                }
            }
        } finally {
            handedBack.countDown();
        }
        all.forEach(WorkerChannel::awaitCancelled);
    }

    /** When it was asked to take no more, in terms of {@link System#nanoTime()}; after {@link #stopTaking}. */
    long stopNanos() {
        return stopNanos;
    }

    /** Whether no work is in hand, but what waits in a step for others. */
    boolean isIdle() {
        return withEnded().allMatch(WorkerChannel::isIdle);
    }

    /**
     * Waits for the work in hand.
     *
     * @param deadline in terms of {@link System#nanoTime()}
     */
    void awaitIdle(long deadline) {
        withEnded().forEach(channel -> channel.awaitIdle(deadline));
    }

    /**
     * Begins to leave the broker: what is in hand still goes back to its queue. Returns at once.
     *
     * @return false if that has begun already
     */
    boolean leave() {
        if (!left.compareAndSet(false, true)) {
            return false;
        }
        Connection last = connection;
        connection = null;
        leftNanos = System.nanoTime();
        daemon(() -> farewell(last), "kuteng-close-" + worker.getRouteId()).start();
        return true;
    }

    /** After {@link #leave}: waits until it is done. A broker that reads nothing is left without a farewell. */
    void awaitClosed() {
        try {
            long until = leftNanos + TimeUnit.MILLISECONDS.toNanos(CLOSE_TIMEOUT.toMillis());
            closed.await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        recovery.shutdownNow();
        held.shutdownNow();
    }

    private void farewell(Connection last) {
        try {
            if (!taking) {
                // it waits no longer, but for a broker that does not read
                handedBack.await(HAND_BACK_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            }
            channels.forEach(WorkerChannel::giveBackWhatIsInHand);
            channels.forEach(WorkerChannel::leave);
            channels.clear();
            if (last != null) {
                Broker.leave(last, CLOSE_TIMEOUT);
            }
        } catch (InterruptedException e) {
            log.debug("nobody interrupts the end of a worker", e);
            Thread.currentThread().interrupt();
        } finally {
            closed.countDown();
        }
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
