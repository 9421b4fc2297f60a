package org.kuteng.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.Topology;
import org.kuteng.events.WorkEvents;

/**
 * Sends messages to queues, for a tool that moves many of them: tells which of them the broker has, and ends at the
 * first that it does not take. Keeps no message longer than until it is confirmed.
 */
public final class ConfirmedBatch implements AutoCloseable {
    private final Publisher publisher;
    private final int window;
    private final LongConsumer confirmed;
    private final Set<String> knownQueues = new HashSet<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int unconfirmed;
    private BrokerException failure;
    private boolean stopped;

    /**
     * @param connectionName shown on RabbitMQ's page of connections
     * @param settings the window counts for all queues together; nothing is sent again after a lost connection, since
     *     the tool can be run again
     * @param confirmed told the token of each message that the broker has, on the thread that reads from it: must
     *     return at once
     * @throws BrokerException if the broker is not there
     */
    public ConfirmedBatch(Broker broker, String connectionName, PublishSettings settings, LongConsumer confirmed) {
        this.window = settings.window();
        this.confirmed = confirmed;
        PublishSettings once = new PublishSettings(true, settings.confirmTimeout(), settings.window(), false);
        publisher = new Publisher(broker, once, () -> connectionName, Runnable::run, WorkEvents.NONE);
        try {
            publisher.connection();
        } catch (RuntimeException e) {
            publisher.close(System.nanoTime());
            throw e;
        }
    }

    /** Declares what messages are sent to. */
    public void declare(Topology topology) {
        publisher.declare(topology);
    }

    /** Whether the broker has a queue. */
    public boolean exists(String queue) {
        if (knownQueues.contains(queue)) {
            return true;
        }
        // on a channel of its own, as a no closes it
        try (Channel asking = publisher.connection().createChannel()) {
            asking.queueDeclarePassive(queue);
            knownQueues.add(queue);
            return true;
        } catch (IOException | TimeoutException | ShutdownSignalException e) {
            if (BrokerFaults.replyCode(e) == AMQP.NOT_FOUND) {
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
    public boolean send(String queue, BasicProperties properties, byte[] body, long token) throws InterruptedException {
        if (!admit()) {
            return false;
        }
        boolean sent = false;
        try {
            publisher.send(
                    new OutgoingMessage(Topology.DEFAULT_EXCHANGE, queue, true, properties, body),
                    SendCallback.quick(why -> settled(token, why)));
            sent = true;
        } catch (SendFailedException e) {
            if (!isStopped()) {
                throw e;
            }
        } finally {
            if (!sent) {
                leave();
            }
        }
        return sent;
    }

    private boolean isStopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    private boolean admit() throws InterruptedException {
        lock.lock();
        try {
            while (failure == null && !stopped && unconfirmed >= window) {
                changed.await();
            }
            throwFailure();
            if (stopped) {
                return false;
            }
            unconfirmed++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            unconfirmed--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void settled(long token, Exception why) {
        if (why == null) {
            confirmed.accept(token);
        }
        lock.lock();
        try {
            boolean unknown =
                    why instanceof SendFailedException failed && failed.kind() == SendFailedException.Kind.UNKNOWN;
            // what may be there counts as unconfirmed for ever
            unconfirmed -= unknown ? 0 : 1;
            if (why != null && failure == null) {
                failure = why instanceof BrokerException fault
                        ? fault
                        : new BrokerException(
                                BrokerException.Cure.TIME, "the message could not be sent: " + why.getMessage(), why);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void throwFailure() {
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Waits until the broker has all that was sent.
     *
     * @throws BrokerException if it does not take one of them, or does not answer in time
     */
    public void awaitConfirms() throws InterruptedException {
        lock.lock();
        try {
            while (failure == null && unconfirmed > 0) {
                changed.await();
            }
            throwFailure();
        } finally {
            lock.unlock();
        }
    }

    /** Sends nothing more; from any thread. */
    public void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        publisher.stopWaiting();
    }

    /** How many were sent of which it is not known whether the broker has them. */
    public int unconfirmed() {
        lock.lock();
        try {
            return unconfirmed;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the connection at once. */
    @Override
    public void close() {
        publisher.close(System.nanoTime());
    }
}
