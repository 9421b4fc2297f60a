package org.kuteng.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.apache.camel.support.DefaultConsumer;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.BrokerKind;
import org.kuteng.broker.Queues;
import org.kuteng.broker.SameThread;
import org.kuteng.broker.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.core.AcknowledgeMode;

/**
 * A worker: the consumer of one route, with a connection of its own, so that the broker's page shows who is who and a
 * blocked publisher does not hold it up. Comes back by itself when the connection is lost or the queue was deleted.
 */
public final class WorkerConsumer extends DefaultConsumer implements Suspendable {
    /** A broker that does not answer the farewell is left without it. */
    private static final int CLOSE_TIMEOUT_MILLIS = 2_000;

    /** What RabbitMQ says when it closes a channel for a message that was in hand too long. */
    private static final Pattern ACKNOWLEDGEMENT_TIMEOUT =
            Pattern.compile("delivery acknowledgement on channel \\d+ timed out. Timeout value used: (\\d+) ms");

    /** How long a message that failed unexpectedly stays away from the workers. */
    private static final long REQUEUE_PAUSE_MILLIS = 1_000;

    private final WorkQueueEndpoint endpoint;
    private final MessageMapping mapping;
    private final boolean automatic;
    private final FailureHandler failures;

    /** Guards the channels and the connection; held while they are opened. */
    private final Object opening = new Object();

    private final List<WorkerChannel> channels = new ArrayList<>();
    private Connection connection;
    private Logger log;
    private volatile boolean taking;
    private ScheduledThreadPoolExecutor recovery;

    WorkerConsumer(WorkQueueEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.mapping = endpoint.mapping();
        this.automatic = endpoint.getAcknowledgeMode() == AcknowledgeMode.AUTO;
        this.failures = automatic ? endpoint.getComponent().failureHandler() : null;
    }

    @Override
    public WorkQueueEndpoint getEndpoint() {
        return endpoint;
    }

    /** Whether a message is acknowledged when its work is done, and not by the route itself. */
    boolean isAutomatic() {
        return automatic;
    }

    /** How many consumers the broker has of this worker now. */
    public int activeConsumers() {
        synchronized (opening) {
            return channels.size();
        }
    }

    /** How many messages the broker has sent ahead of those in hand. */
    public int sentAhead() {
        synchronized (opening) {
            return channels.stream().mapToInt(WorkerChannel::sentAhead).sum();
        }
    }

    /** How many consumers the broker has of this worker when all is well. */
    public int wantedConsumers() {
        return endpoint.getConcurrentConsumers()
                * Math.max(1, endpoint.queueNames().size());
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (endpoint.isAutoStartup()) {
            begin();
        }
    }

    @Override
    protected void doResume() {
        begin();
    }

    @Override
    protected void doSuspend() {
        end();
    }

    @Override
    protected void doStop() throws Exception {
        end();
        super.doStop();
    }

    /** Connects and consumes; a broker that is away is waited for in the background. */
    private void begin() {
        log = LoggerFactory.getLogger(getRouteId());
        taking = true;
        recovery = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "kuteng-recovery-" + getRouteId()));
        recovery.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        endpoint.getComponent().started(this);
        try {
            open(endpoint.getComponent().broker().open(connectionName(), SameThread.EXECUTOR));
        } catch (BrokerException e) {
            if (e.isPermanent()) {
                end();
                throw e;
            }
            log.warn("{}", e.getMessage());
            recover();
        }
    }

    private String connectionName() {
        return "kuteng " + getRouteId();
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
            for (int index = 1; index <= endpoint.getConcurrentConsumers(); index++) {
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
                        true,
                        "the broker allows only " + connection.getChannelMax() + " channels on a connection; "
                                + getRouteId() + " has concurrentConsumers=" + endpoint.getConcurrentConsumers(),
                        null);
            }
            WorkerChannel opened = new WorkerChannel(this, channel, queue, index, endpoint.isAcknowledging());
            channels.add(opened);
            begin(opened);
        } catch (IOException | RuntimeException e) {
            throw BrokerFaults.ofRequest("consume from queue '" + queue + "'", e);
        }
    }

    private void begin(WorkerChannel channel) {
        try {
            channel.start();
            if (channel.index() == 1 && failures != null && endpoint.isAutoDeclare()) {
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
                Connection fresh = broker.openPatiently(connectionName(), SameThread.EXECUTOR, () -> taking);
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
            if (e.isPermanent()) {
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

    private boolean later(Runnable task, long millis) {
        try {
            recovery.schedule(task, millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** On the channel's own thread. */
    void process(WorkerChannel channel, Delivery delivery) {
        if (failures != null && delivery.envelope().isRedeliver()) {
            FailureHandler.Move move = failures.beforeWork(delivery, getRoute());
            if (move != null) {
                move(channel, delivery, move);
                return;
            }
        }
        Exchange exchange = createExchange(false);
        exchange.setProperty(Delivery.PROPERTY, delivery);
        if (endpoint.getAcknowledgeMode() == AcknowledgeMode.MANUAL) {
            exchange.setProperty(SpringRabbitMQConstants.CHANNEL, delivery.channel());
        }
        try {
            mapping.read(delivery, exchange);
        } catch (RuntimeException e) {
            exchange.setException(e);
        }
        if (endpoint.isAsyncConsumer()) {
            getAsyncProcessor().process(exchange, sync -> finish(channel, delivery, exchange));
            return;
        }
        try {
            getProcessor().process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        finish(channel, delivery, exchange);
    }

    private void finish(WorkerChannel channel, Delivery delivery, Exchange exchange) {
        Failure failure = delivery.failure();
        if (failure == null && exchange.getException() != null) {
            failure = FailedStep.of(exchange, exchange.getException(), false);
        }
        boolean rollback = exchange.isRollbackOnly() || exchange.isRollbackOnlyLast();
        releaseExchange(exchange, false);
        if (failure == null && !rollback) {
            channel.done(delivery);
        } else if (!endpoint.isAcknowledging()) {
            log.error("work failed and the message is lost, since acknowledgements are off: {}", failure);
            channel.failed(delivery);
        } else if (failure == null || failures == null) {
            log.warn(
                    "work failed; the message goes back to queue '{}': {}",
                    delivery.queue(),
                    failure == null ? "marked for rollback" : failure.cause(),
                    failure == null ? null : failure.cause());
            channel.failed(delivery);
        } else if (!delivery.channel().isOpen()) {
            log.warn(
                    "work failed while the connection was lost; the broker will deliver the message again: {}",
                    failure.cause().toString());
            channel.failed(delivery);
        } else {
            BrokerKind kind = BrokerKind.of(delivery.channel().getConnection());
            move(
                    channel,
                    delivery,
                    failures.afterFailure(new FailureHandler.FailedWork(delivery, failure, getRoute(), kind)));
        }
    }

    /** Sends what stands for the message from now on, and acknowledges the message when the broker has it. */
    private void move(WorkerChannel channel, Delivery delivery, FailureHandler.Move move) {
        SendCallback sent = failure -> {
            if (failure == null) {
                if (move.why() != null) {
                    log.warn("{}", move.why());
                }
                channel.done(delivery);
            } else {
                log.warn(
                        "the message goes back to queue '{}', since it could not be sent on: {}",
                        delivery.queue(),
                        failure.getMessage());
                channel.failed(delivery);
            }
        };
        try {
            endpoint.getComponent().failurePublisher().send(move.message(), sent);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            sent.sent(e);
        } catch (RuntimeException e) {
            sent.sent(e);
        }
    }

    /** @return false if the message is simply to be given back */
    boolean handBack(WorkerChannel channel, Delivery delivery) {
        FailureHandler.Move move = failures == null ? null : failures.handBack(delivery);
        if (move == null) {
            return false;
        }
        move(channel, delivery, move);
        return true;
    }

    Thread newThread(Runnable task, int index) {
        return daemon(task, getRouteId() + "#" + index);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
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
     */
    void awaitIdle(long deadline) {
        List<WorkerChannel> all;
        synchronized (opening) {
            all = List.copyOf(channels);
        }
        long late = all.stream().filter(channel -> !channel.awaitIdle(deadline)).count();
        if (late > 0) {
            log.warn(
                    "work on {} messages did not end within {} s (kuteng.stop.timeout); they go back to the queue",
                    late,
                    endpoint.getComponent().settings().stopTimeout().toSeconds());
        }
    }

    private void end() {
        if (recovery == null) {
            // it never began, and there may not even be a broker: a route that is not started
            return;
        }
        stopTaking();
        awaitIdle(System.nanoTime()
                + endpoint.getComponent().settings().stopTimeout().toNanos());
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
        endpoint.getComponent().stopped(this);
    }
}
