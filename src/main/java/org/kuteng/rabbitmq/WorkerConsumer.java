package org.kuteng.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.apache.camel.support.DefaultConsumer;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
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
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.worker");

    /** A broker that does not answer the farewell is left without it. */
    private static final int CLOSE_TIMEOUT_MILLIS = 2_000;

    private final WorkQueueEndpoint endpoint;
    private final MessageMapping mapping;
    private final boolean automatic;

    /** Guards the channels and the connection; held while they are opened. */
    private final Object opening = new Object();

    private final List<WorkerChannel> channels = new ArrayList<>();
    private Connection connection;
    private volatile boolean taking;
    private ScheduledThreadPoolExecutor recovery;

    WorkerConsumer(WorkQueueEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.mapping = endpoint.mapping();
        this.automatic = endpoint.getAcknowledgeMode() == AcknowledgeMode.AUTO;
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
            LOG.warn("{}: {}", getRouteId(), e.getMessage());
            recover();
        }
    }

    private String connectionName() {
        return "kuteng " + getRouteId();
    }

    private void open(Connection fresh) {
        synchronized (opening) {
            connection = fresh;
            openMissing();
        }
    }

    /** Opens as many channels as there should be, on the connection that there is. */
    private void openMissing() {
        Topology topology = endpoint.consumerTopology();
        List<String> queues = topology.declare(connection);
        for (String queue : topology.queues().isEmpty() ? endpoint.queueNames() : queues) {
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
            opened.start();
        } catch (IOException | RuntimeException e) {
            channels.removeIf(c -> c.queue().equals(queue) && c.index() == index);
            throw BrokerFaults.ofRequest("consume from queue '" + queue + "'", e);
        }
    }

    /** @param reason null if the whole connection is lost */
    void consumerEnded(WorkerChannel channel, String reason) {
        if (!taking) {
            return;
        }
        recovery.execute(() -> {
            synchronized (opening) {
                if (!channels.remove(channel) || !taking) {
                    return;
                }
                if (reason != null) {
                    LOG.warn("{}: consumer {} ended: {}; opening it again", getRouteId(), channel.index(), reason);
                    channel.close();
                } else if (channels.isEmpty()) {
                    LOG.warn(
                            "{}: lost the connection to the broker; what was in hand will be delivered again",
                            getRouteId());
                }
            }
            restore();
        });
    }

    private void recover() {
        recovery.execute(this::restore);
    }

    private void restore() {
        Broker broker = endpoint.getComponent().broker();
        try {
            Connection current;
            synchronized (opening) {
                current = connection;
            }
            if (current == null || !current.isOpen()) {
                Connection fresh = broker.openPatiently(connectionName(), SameThread.EXECUTOR, () -> taking);
                if (fresh == null) {
                    return;
                }
                open(fresh);
            } else {
                synchronized (opening) {
                    openMissing();
                }
            }
            LOG.info("{}: receives again", getRouteId());
            endpoint.getComponent().ready();
        } catch (BrokerException e) {
            if (!taking) {
                return;
            }
            if (e.isPermanent()) {
                LOG.error("{}: {}", getRouteId(), e.getMessage());
                endpoint.getComponent().fatal(e);
                return;
            }
            LOG.warn("{}: {}; trying again", getRouteId(), e.getMessage());
            later(this::restore, broker.settings().retryDelay().toMillis());
        }
    }

    /** @return false if it is not going to happen, since the worker stops */
    boolean giveBackLater(Runnable giveBack) {
        return taking && later(giveBack, WorkerChannel.requeuePauseMillis());
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
        Exchange exchange = createExchange(false);
        exchange.setProperty(Delivery.PROPERTY, delivery);
        if (endpoint.getAcknowledgeMode() == AcknowledgeMode.MANUAL) {
            exchange.setProperty(SpringRabbitMQConstants.CHANNEL, channel.getChannel());
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
        Exception failure = exchange.getException();
        boolean rollback = exchange.isRollbackOnly() || exchange.isRollbackOnlyLast();
        releaseExchange(exchange, false);
        if (failure == null && !rollback) {
            channel.done(delivery);
            return;
        }
        if (endpoint.isAcknowledging()) {
            LOG.warn(
                    "{}: work failed; the message goes back to queue '{}': {}",
                    getRouteId(),
                    delivery.queue(),
                    failure == null ? "marked for rollback" : failure.toString(),
                    failure);
        } else {
            LOG.error(
                    "{}: work failed and the message is lost, since acknowledgements are off: {}",
                    getRouteId(),
                    String.valueOf(failure),
                    failure);
        }
        channel.failed(delivery);
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
            LOG.warn(
                    "{}: work on {} messages did not end within {} s (kuteng.stop.timeout); they go back to the queue",
                    getRouteId(),
                    late,
                    endpoint.getComponent().settings().stopTimeout().toSeconds());
        }
    }

    private void end() {
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
        if (recovery != null) {
            recovery.shutdownNow();
        }
        endpoint.getComponent().stopped(this);
    }
}
