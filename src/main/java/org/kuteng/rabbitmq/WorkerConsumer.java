package org.kuteng.rabbitmq;

import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.apache.camel.support.DefaultConsumer;
import org.kuteng.broker.BrokerException;
import org.kuteng.publish.SendCallback;
import org.kuteng.rabbitmq.OnceOnly.Claim;
import org.kuteng.rabbitmq.OnceOnly.NotNowException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.core.AcknowledgeMode;

/**
 * A worker: the consumer of one route, with a connection of its own, so that the broker's page shows who is who and a
 * blocked publisher does not hold it up. Comes back by itself when the connection is lost or the queue was deleted.
 */
public final class WorkerConsumer extends DefaultConsumer implements Suspendable {
    private final WorkQueueEndpoint endpoint;
    private final MessageMapping mapping;
    private final boolean automatic;
    private final FailureHandler failures;

    /** Null until the route begins to consume for the first time. */
    private volatile WorkerConnection connection;

    /** Null if every delivery is worked on. */
    private volatile OnceOnly.Guard guard;

    private Logger log;

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

    /**
     * Whether what was delivered before goes through a queue of its own. Not where one consumer at a time gets the
     * messages: two queues would have two such consumers, and the detour would change the order.
     */
    boolean caresForCrashes() {
        return failures != null && !endpoint.isSingleActiveConsumer();
    }

    /** How many consumers the broker has of this worker now. */
    public int activeConsumers() {
        WorkerConnection current = connection;
        return current == null ? 0 : current.consumers();
    }

    /** How many messages the broker has sent ahead of those in hand. */
    public int sentAhead() {
        WorkerConnection current = connection;
        return current == null ? 0 : current.sentAhead();
    }

    /** How many consumers the broker has of this worker when all is well. */
    public int wantedConsumers() {
        return endpoint.consumersOfAQueue() * Math.max(1, endpoint.queueNames().size());
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (endpoint.isAutoStartup()) {
            begin();
        }
    }

    @Override
    protected void doResume() throws Exception {
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

    private void begin() throws FailedToStartRouteException {
        log = LoggerFactory.getLogger(getRouteId());
        guard = newGuard();
        if (guard == null && endpoint.onceKey() != null) {
            log.warn("arg.once has no effect: set kuteng.route.{}.once=memory or jdbc", getRouteId());
        }
        WorkerConnection fresh = new WorkerConnection(this, log);
        connection = fresh;
        endpoint.getComponent().started(this);
        try {
            fresh.begin();
        } catch (BrokerException e) {
            end();
            throw e;
        }
    }

    private OnceOnly.Guard newGuard() throws FailedToStartRouteException {
        OnceOnly onceOnly = endpoint.getComponent().onceOnly();
        if (onceOnly == null) {
            return null;
        }
        try {
            return onceOnly.guard(new OnceOnly.Worker(
                    getRoute(), wantedConsumers(), endpoint.onceKey(), endpoint.isAsyncConsumer(), automatic));
        } catch (IllegalArgumentException e) {
            throw new FailedToStartRouteException(getRouteId(), e.getMessage(), e);
        }
    }

    private void end() {
        WorkerConnection last = connection;
        if (last == null) {
            // it never began, and there may not even be a broker: a route that is not started
            return;
        }
        stopTaking();
        awaitIdle(System.nanoTime()
                + endpoint.getComponent().settings().stopTimeout().toNanos());
        last.close();
        if (guard != null) {
            guard.close();
        }
        endpoint.getComponent().stopped(this);
    }

    /** No further message is begun; what the broker sent ahead goes back to the queue. Returns at once. */
    void stopTaking() {
        connection.stopTaking();
    }

    /**
     * Waits for the work in hand.
     *
     * @param deadline in terms of {@link System#nanoTime()}
     */
    void awaitIdle(long deadline) {
        long late = connection.awaitIdle(deadline);
        if (late > 0) {
            log.warn(
                    "work on {} messages did not end within {} s (kuteng.stop.timeout); they go back to the queue",
                    late,
                    endpoint.getComponent().settings().stopTimeout().toSeconds());
        }
    }

    /** On the channel's own thread. */
    void process(WorkerChannel channel, Delivery delivery) {
        if (delivery.envelope().isRedeliver() && caresForCrashes()) {
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
        Claim claim = guard == null ? Claim.NONE : claim(channel, delivery, exchange);
        if (claim != null) {
            work(channel, delivery, exchange, claim);
        }
    }

    /** @return null if the message is not to be worked on; it is cared for then */
    private Claim claim(WorkerChannel channel, Delivery delivery, Exchange exchange) {
        try {
            Optional<Claim> claim = guard.claim(exchange, delivery);
            if (claim.isEmpty()) {
                releaseExchange(exchange, false);
                channel.done(delivery);
            }
            return claim.orElse(null);
        } catch (NotNowException e) {
            putBack(channel, delivery, exchange, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            putBack(channel, delivery, exchange, e);
        } catch (RuntimeException e) {
            exchange.setException(e);
            finish(channel, delivery, exchange, Claim.NONE);
        }
        return null;
    }

    private void putBack(WorkerChannel channel, Delivery delivery, Exchange exchange, Exception why) {
        log.debug("the message goes back to queue '{}': {}", delivery.queue(), why.toString());
        releaseExchange(exchange, false);
        channel.putBack(delivery);
    }

    private void work(WorkerChannel channel, Delivery delivery, Exchange exchange, Claim claim) {
        if (endpoint.isAsyncConsumer()) {
            getAsyncProcessor().process(exchange, sync -> finish(channel, delivery, exchange, claim));
            return;
        }
        try {
            getProcessor().process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        finish(channel, delivery, exchange, claim);
    }

    private void finish(WorkerChannel channel, Delivery delivery, Exchange exchange, Claim claim) {
        Failure failure = delivery.failure();
        if (failure == null && exchange.getException() != null) {
            failure = FailedStep.of(exchange, exchange.getException(), false);
        }
        boolean rollback = exchange.isRollbackOnly() || exchange.isRollbackOnlyLast();
        try {
            if (failure != null || rollback) {
                claim.giveBack();
            } else {
                claim.keep();
            }
        } catch (NotNowException e) {
            putBack(channel, delivery, exchange, e);
            return;
        } catch (RuntimeException e) {
            failure = failure == null ? FailedStep.of(exchange, e, false) : failure;
        }
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
            move(
                    channel,
                    delivery,
                    failures.afterFailure(new FailureHandler.FailedWork(delivery, failure, getRoute())));
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
}
