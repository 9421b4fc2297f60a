package org.kuteng.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.Topology;

/**
 * Sends messages to queues and tells which of them the broker has. The first that it does not take ends it: from then
 * on no message counts as confirmed, as brokers differ in whether they confirm what they give back. Keeps no message.
 */
final class ConfirmedSender implements AutoCloseable {
    private final Connection connection;
    private final Channel channel;
    private final Limits limits;
    private final LongConsumer confirmed;
    private final ConcurrentNavigableMap<Long, Long> unconfirmed = new ConcurrentSkipListMap<>();
    private final Set<String> knownQueues = new HashSet<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private BrokerException failure;
    private boolean stopped;

    /**
     * @param window how many messages may be unconfirmed at a time
     * @param patience how long the broker may confirm nothing
     */
    record Limits(int window, Duration patience) {}

    /**
     * @param confirmed told the token of each message that the broker has, on another thread
     * @throws BrokerException if the broker is not there
     */
    ConfirmedSender(Broker broker, Limits limits, LongConsumer confirmed) {
        this.limits = limits;
        this.confirmed = confirmed;
        connection = broker.open("kuteng dead, sending", null);
        try {
            channel = connection.createChannel();
            channel.confirmSelect();
        } catch (IOException | ShutdownSignalException e) {
            connection.abort();
            throw BrokerFaults.ofRequest("open a channel for sending", e);
        }
        channel.addReturnListener(returned -> fail(new BrokerException(
                BrokerException.Cure.TIME, "there is no queue '" + returned.getRoutingKey() + "'", null)));
        channel.addConfirmListener(new Confirms());
        channel.addShutdownListener(cause -> {
            if (!cause.isInitiatedByApplication()) {
                fail(BrokerFaults.ofRequest("send", cause));
            }
        });
    }

    /** Declares what messages are sent to. */
    void declare(Topology topology) {
        topology.declare(connection);
    }

    /** Whether the broker has a queue. */
    boolean exists(String queue) throws IOException {
        if (knownQueues.contains(queue)) {
            return true;
        }
        // on a channel of its own, as a no closes it
        try (Channel asking = connection.createChannel()) {
            asking.queueDeclarePassive(queue);
            knownQueues.add(queue);
            return true;
        } catch (IOException | TimeoutException | ShutdownSignalException e) {
            if (BrokerFaults.replyCode(e) == com.rabbitmq.client.AMQP.NOT_FOUND) {
                return false;
            }
            throw BrokerFaults.ofRequest("look for queue '" + queue + "'", e);
        }
    }

    /**
     * Sends a message; waits before that while too many are unconfirmed.
     *
     * @param token what names it when it is confirmed
     * @return false if it was not sent because of {@link #stop()}
     * @throws BrokerException if this message cannot be sent, or one before it was not taken
     */
    boolean send(String queue, BasicProperties properties, byte[] body, long token)
            throws IOException, InterruptedException {
        if (!awaitAtMost(limits.window() - 1, true)) {
            return false;
        }
        unconfirmed.put(channel.getNextPublishSeqNo(), token);
        try {
            channel.basicPublish(Topology.DEFAULT_EXCHANGE, queue, true, properties, body);
        } catch (AlreadyClosedException e) {
            throw BrokerFaults.ofRequest("send to queue '" + queue + "'", e);
        }
        return true;
    }

    /** Waits until the broker has all that was sent. */
    void awaitConfirms() throws InterruptedException {
        awaitAtMost(0, false);
    }

    private boolean awaitAtMost(int size, boolean endsWithStop) throws InterruptedException {
        lock.lock();
        try {
            long left = limits.patience().toNanos();
            int before = unconfirmed.size();
            while (true) {
                if (failure != null) {
                    throw failure;
                }
                if (stopped && endsWithStop) {
                    return false;
                }
                int now = unconfirmed.size();
                if (now <= size) {
                    return true;
                }
                left = now < before ? limits.patience().toNanos() : left;
                before = now;
                if (left <= 0) {
                    throw new BrokerException(
                            BrokerException.Cure.TIME,
                            "the broker did not confirm within "
                                    + limits.patience().toMillis() + " ms (kuteng.confirm.timeout)",
                            null);
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Sends nothing more. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many were sent of which it is not known whether the broker has them. */
    int unconfirmed() {
        return unconfirmed.size();
    }

    @Override
    public void close() {
        connection.abort((int) TimeUnit.SECONDS.toMillis(2));
    }

    private void fail(BrokerException cause) {
        lock.lock();
        try {
            failure = failure == null ? cause : failure;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** On the thread that reads from the broker, in the broker's order. */
    private final class Confirms implements ConfirmListener {
        @Override
        public void handleAck(long number, boolean multiple) {
            lock.lock();
            try {
                if (failure != null) {
                    return;
                }
                Collection<Long> settled = multiple
                        ? unconfirmed.headMap(number, true).values()
                        : unconfirmed.subMap(number, true, number, true).values();
                new ArrayList<>(settled).forEach(confirmed::accept);
                settled.clear();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void handleNack(long number, boolean multiple) {
            fail(new BrokerException(
                    BrokerException.Cure.TIME,
                    "the broker refused a message: the queue that it was sent to is full or gone",
                    null));
        }
    }
}
