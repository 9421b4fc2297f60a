package org.kuteng.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kuteng.broker.BetweenReads;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.Queues;
import org.kuteng.broker.Topology;
import org.slf4j.Logger;

/**
 * A worker's own connection with its channels, from the start of its route to the end. Opened again when it is lost, or
 * a channel of it ended.
 */
final class WorkerConnection {
    /** A broker that does not answer the farewell is left without it. */
    private static final int CLOSE_TIMEOUT_MILLIS = 2_000;

    /** What RabbitMQ says when it closes a channel for a message that was in hand too long. */
    private static final Pattern ACKNOWLEDGEMENT_TIMEOUT =
            Pattern.compile("delivery acknowledgement on channel \\d+ timed out. Timeout value used: (\\d+) ms");

    /** How long a message that failed unexpectedly stays away from the workers. */
    private static final long REQUEUE_PAUSE_MILLIS = 1_000;

    private final WorkerConsumer worker;
    private final WorkQueueEndpoint endpoint;
    private final Logger log;

    /** Guards the channels and the connection; held while they are opened. */
    private final Object opening = new Object();

    private final List<WorkerChannel> channels = new ArrayList<>();

    /** Those whose worker sleeps though there are messages. */
    private final Queue<SentAhead> asleep = new ConcurrentLinkedQueue<>();

    private final BetweenReads reads = new BetweenReads(this::wake);
    private final ScheduledThreadPoolExecutor recovery;
    private Connection connection;
    private volatile boolean taking = true;

    /** @param log of the route */
    WorkerConnection(WorkerConsumer worker, Logger log) {
        this.worker = worker;
        this.endpoint = worker.getEndpoint();
        this.log = log;
        this.recovery =
                new ScheduledThreadPoolExecutor(1, task -> daemon(task, "kuteng-recovery-" + worker.getRouteId()));
        recovery.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** How many consumers there are now. */
    int consumers() {
        synchronized (opening) {
            return channels.size();
        }
    }

    /** How many messages the broker has sent ahead of those in hand. */
    int sentAhead() {
        synchronized (opening) {
            return channels.stream().mapToInt(WorkerChannel::sentAhead).sum();
        }
    }

    /**
     * Connects and consumes; a broker that is away is waited for in the background.
     *
     * @throws BrokerException if the broker refuses for good
     */
    void begin() {
        try {
            open(endpoint.getComponent().broker().open(connectionName(), reads));
        } catch (BrokerException e) {
            if (e.needsPerson()) {
                throw e;
            }
            log.warn("{}", e.getMessage());
            recover();
        }
    }

    /** Messages for the worker of one consumer, which is woken when all that was read has been put in. */
    SentAhead newSentAhead(int most) {
        return new SentAhead(most, asleep::add);
    }

    private void wake() {
        for (SentAhead messages = asleep.poll(); messages != null; messages = asleep.poll()) {
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
                fresh.abort(CLOSE_TIMEOUT_MILLIS);
                return;
            }
            connection = fresh;
            openMissing();
        }
    }

    /** With {@link #opening} held. */
    private boolean isConnected() {
        return connection != null && connection.isOpen();
    }

    /** Opens as many channels as there should be, on the connection that there is. */
    private void openMissing() {
        Topology topology = endpoint.consumerTopology();
        List<String> declared = topology.declare(connection);
        List<String> named = endpoint.queueNames();
        // the broker makes up a name for the queue of a consumer that names none
        for (String queue : named.isEmpty() ? declared : named) {
            for (int index = 1; index <= endpoint.consumersOfAQueue(); index++) {
                int number = index;
                if (channels.stream().noneMatch(c -> c.queue().equals(queue) && c.index() == number)) {
                    openChannel(queue, index);
                }
            }
        }
    }

    private void openChannel(String queue, int index) {
        try {
            Channel channel = connection.createChannel();
            if (channel == null) {
                throw new BrokerException(
                        BrokerException.Cure.CONFIGURATION,
                        "the broker allows only " + connection.getChannelMax() + " channels on a connection; "
                                + worker.getRouteId() + " has concurrentConsumers=" + endpoint.getConcurrentConsumers(),
                        null);
            }
            WorkerChannel opened = new WorkerChannel(worker, this, channel, queue, index, endpoint.isAcknowledging());
            channels.add(opened);
            begin(opened);
        } catch (IOException | RuntimeException e) {
            throw BrokerFaults.ofRequest("consume from queue '" + queue + "'", e);
        }
    }

    private void begin(WorkerChannel channel) {
        try {
            channel.start();
            if (channel.index() == 1 && worker.caresForCrashes() && endpoint.isAutoDeclare()) {
                channel.alsoConsume(connection.createChannel(), Queues.redeliveredName(channel.queue()));
            }
        } catch (IOException | RuntimeException e) {
            channels.remove(channel);
            channel.discard();
            throw BrokerFaults.ofRequest("consume from queue '" + channel.queue() + "'", e);
        }
    }

    /** @param reason the broker's own, unless the whole connection is lost */
    void consumerEnded(WorkerChannel channel, String reason) {
        if (!taking) {
            return;
        }
        try {
            recovery.execute(() -> {
                if (forget(channel, reason)) {
                    restore();
                }
            });
        } catch (RejectedExecutionException e) {
            log.debug("not opened again: the worker stops", e);
        }
    }

    /** @return false if that was done already, or the worker stops */
    private boolean forget(WorkerChannel channel, String reason) {
        synchronized (opening) {
            if (!channels.contains(channel) || !taking) {
                return false;
            }
            if (reason == null || !isConnected()) {
                // they all end with it, and are opened again together
                channels.clear();
                log.warn("lost the connection to the broker; what was in hand will be delivered again");
            } else {
                channels.remove(channel);
                log.warn("consumer {} ended: {}; opening it again", channel.index(), explained(reason));
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

    private void recover() {
        recovery.execute(this::restore);
    }

    private void restore() {
        Broker broker = endpoint.getComponent().broker();
        try {
            if (!openMissingIfConnected()) {
                Connection fresh = broker.openPatiently(connectionName(), reads, () -> taking);
                if (fresh == null) {
                    return;
                }
                open(fresh);
            }
            if (!taking) {
                return;
            }
            log.info("receives again");
            endpoint.getComponent().ready();
        } catch (BrokerException e) {
            if (!taking) {
                return;
            }
            if (e.endsRoute()) {
                log.error("{}", e.getMessage());
                endpoint.getComponent().fatal(e);
                return;
            }
            log.warn("{}; trying again", e.getMessage());
            later(this::restore, broker.settings().retryDelay().toMillis());
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

    /** @return false if it is not going to happen, since the worker stops */
    boolean giveBackLater(Runnable giveBack) {
        return taking && later(giveBack, REQUEUE_PAUSE_MILLIS);
    }

    /** @return false if it is not going to happen, since the worker stops */
    boolean later(Runnable task, long millis) {
        try {
            recovery.schedule(task, millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** No further message is begun; what the broker sent ahead goes back to the queue. Returns at once. */
    void stopTaking() {
        taking = false;
        endpoint.getComponent().broker().wakeWaiting();
        synchronized (opening) {
            channels.forEach(WorkerChannel::stop);
        }
    }

    /**
     * Waits for the work in hand.
     *
     * @param deadline in terms of {@link System#nanoTime()}
     * @return on how many channels it did not end in time
     */
    long awaitIdle(long deadline) {
        List<WorkerChannel> all;
        synchronized (opening) {
            all = List.copyOf(channels);
        }
        return all.stream().filter(channel -> !channel.awaitIdle(deadline)).count();
    }

    /** Leaves the broker, which takes back what is unacknowledged. */
    void close() {
        Connection last;
        synchronized (opening) {
            last = connection;
            connection = null;
            channels.clear();
        }
        if (last != null) {
            last.abort(CLOSE_TIMEOUT_MILLIS);
        }
        recovery.shutdownNow();
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
