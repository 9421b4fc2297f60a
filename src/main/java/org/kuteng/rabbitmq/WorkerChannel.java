package org.kuteng.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.kuteng.broker.BrokerFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of a worker's concurrent consumers: a channel, a thread that does the work, and between them the messages that
 * the broker sent ahead. A message is acknowledged after its work; when told to stop, the channel finishes the message
 * in hand and gives the rest back at once.
 */
final class WorkerChannel extends DefaultConsumer {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.worker");

    /** Without acknowledgements no prefetch count holds the broker back; a full buffer makes TCP do it. */
    private static final int UNACKNOWLEDGED_BUFFER = 1_000;

    /** Ends the thread when it comes to it. */
    private static final Delivery END = new Delivery(null, null, null, null);

    private final WorkerConsumer worker;
    private final String queue;
    private final int index;
    private final boolean acknowledging;
    private final BlockingQueue<Delivery> sentAhead;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private int inHand;
    private boolean threadEnded;
    private volatile boolean stopping;

    /** @param index the number of this consumer in its route, from 1 */
    WorkerChannel(WorkerConsumer worker, Channel channel, String queue, int index, boolean acknowledging) {
        super(channel);
        this.worker = worker;
        this.queue = queue;
        this.index = index;
        this.acknowledging = acknowledging;
        this.sentAhead = acknowledging ? new LinkedBlockingQueue<>() : new LinkedBlockingQueue<>(UNACKNOWLEDGED_BUFFER);
    }

    String queue() {
        return queue;
    }

    int index() {
        return index;
    }

    /** Begins to consume; returns when the broker has agreed. */
    void start() throws IOException {
        worker.newThread(this::work, index).start();
        WorkQueueEndpoint endpoint = worker.getEndpoint();
        getChannel().basicQos(endpoint.getPrefetchCount());
        String tag = worker.getRouteId() + "#" + index;
        getChannel()
                .basicConsume(
                        queue,
                        !acknowledging,
                        tag,
                        endpoint.isNoLocal(),
                        endpoint.isExclusive(),
                        endpoint.getConsumerArgs(),
                        this);
    }

    /** On the thread that reads from the broker: hands over and returns. */
    @Override
    public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
        Delivery delivery = new Delivery(queue, envelope, properties, body);
        if (stopping && acknowledging) {
            giveBack(delivery);
            return;
        }
        try {
            sentAhead.put(delivery);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            for (Delivery next = sentAhead.take(); next != END; next = sentAhead.take()) {
                lock.lock();
                try {
                    inHand++;
                } finally {
                    lock.unlock();
                }
                worker.process(this, next);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.lock();
            try {
                threadEnded = true;
                idle.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** The work on a message is over, one way or the other. */
    private void putDown() {
        lock.lock();
        try {
            inHand--;
            idle.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The work is done: the broker may forget the message. */
    void done(Delivery delivery) {
        try {
            if (acknowledging && worker.isAutomatic()) {
                getChannel().basicAck(delivery.envelope().getDeliveryTag(), false);
            }
        } catch (IOException | AlreadyClosedException e) {
            LOG.warn(
                    "{}: work is done but could not be acknowledged, since the connection was lost;"
                            + " the broker will deliver the message again",
                    worker.getRouteId());
        } finally {
            putDown();
        }
    }

    /** The work failed, and nobody took care of the failure: the message goes back to the queue, after a pause. */
    void failed(Delivery delivery) {
        try {
            if (acknowledging && worker.isAutomatic() && !worker.giveBackLater(() -> giveBack(delivery))) {
                giveBack(delivery);
            }
        } finally {
            putDown();
        }
    }

    private void giveBack(Delivery delivery) {
        try {
            // one by one: Qpid settles only the last of several
            getChannel().basicNack(delivery.envelope().getDeliveryTag(), false, true);
        } catch (IOException | AlreadyClosedException e) {
            LOG.debug("not given back: with its channel gone, the broker has it back already", e);
        }
    }

    /** No further message is begun; what the broker sent ahead goes back to the queue now. */
    void stop() {
        stopping = true;
        if (!acknowledging) {
            // the broker has forgotten these messages: they are done before the end
            cancel();
        }
        List<Delivery> rest = new ArrayList<>();
        if (acknowledging) {
            sentAhead.drainTo(rest);
            rest.remove(END);
        }
        end();
        rest.forEach(this::giveBack);
    }

    private void cancel() {
        try {
            getChannel().basicCancel(getConsumerTag());
        } catch (IOException | AlreadyClosedException e) {
            LOG.debug("not cancelled: the channel is gone", e);
        }
    }

    private void end() {
        try {
            sentAhead.put(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until no message is in hand.
     *
     * @param deadline in terms of {@link System#nanoTime()}
     * @return false if there still is one at the deadline
     */
    boolean awaitIdle(long deadline) {
        lock.lock();
        try {
            long left = deadline - System.nanoTime();
            while (!(threadEnded && inHand == 0)) {
                if (left <= 0) {
                    return false;
                }
                left = idle.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** The broker ended the consumer: its queue was deleted, or moved to another node. */
    @Override
    public void handleCancel(String tag) {
        forgetSentAhead();
        worker.consumerEnded(this, "queue '" + queue + "' was deleted or moved at the broker");
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException cause) {
        forgetSentAhead();
        if (!cause.isInitiatedByApplication()) {
            String reply = BrokerFaults.replyText(cause);
            worker.consumerEnded(this, cause.isHardError() || reply == null ? null : reply);
        }
    }

    /** With its channel gone, the broker has them back already. */
    private void forgetSentAhead() {
        stopping = true;
        if (acknowledging) {
            sentAhead.clear();
        }
        if (!sentAhead.offer(END)) {
            Thread ender = new Thread(this::end, "kuteng-ender");
            ender.setDaemon(true);
            ender.start();
        }
    }

    /** Closes the channel; what is unacknowledged on it goes back to the queue. */
    void close() {
        try {
            getChannel().abort();
        } catch (IOException e) {
            LOG.debug("the channel was gone already", e);
        }
    }

    /** How long a message that failed unexpectedly stays away from the workers. */
    static long requeuePauseMillis() {
        return TimeUnit.SECONDS.toMillis(1);
    }
}
