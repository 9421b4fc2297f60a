package org.kuteng.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.kuteng.broker.BrokerFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of a worker's concurrent consumers: a channel, a thread that does the work, and between them the messages that
 * the broker sent ahead. A message is acknowledged after its work; when told to stop, it finishes the message in hand
 * and gives the rest back at once.
 */
final class WorkerChannel {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.worker");

    /** Without acknowledgements no prefetch count holds the broker back; a full buffer makes TCP do it. */
    private static final int UNACKNOWLEDGED_BUFFER = 1_000;

    /** A broker that does not answer is not waited for any longer. */
    private static final long CANCEL_TIMEOUT_SECONDS = 2;

    private final WorkerConsumer worker;
    private final WorkerConnection connection;
    private final String queue;
    private final int index;
    private final boolean acknowledging;
    private final Channel channel;
    private final SentAhead sentAhead;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final List<Receiver> receivers = new ArrayList<>();
    private int inHand;
    private boolean threadEnded;
    private final AtomicBoolean stopAsked = new AtomicBoolean();

    /** @param index the number of this consumer in its route, from 1 */
    WorkerChannel(
            WorkerConsumer worker,
            WorkerConnection connection,
            Channel channel,
            String queue,
            int index,
            boolean acknowledging) {
        this.worker = worker;
        this.connection = connection;
        this.channel = channel;
        this.queue = queue;
        this.index = index;
        this.acknowledging = acknowledging;
        this.sentAhead = connection.newSentAhead(acknowledging ? Integer.MAX_VALUE : UNACKNOWLEDGED_BUFFER);
    }

    String queue() {
        return queue;
    }

    int index() {
        return index;
    }

    /** How many messages wait here for the one in hand. */
    int sentAhead() {
        return sentAhead.size();
    }

    /** Begins to consume; returns when the broker has agreed. */
    void start() throws IOException {
        boolean virtual = worker.getEndpoint().getComponent().settings().virtualThreads();
        WorkerThreads.named(worker.getRouteId() + "#" + index, virtual)
                .newThread(this::work)
                .start();
        consume(new Receiver(channel, queue, ""), worker.getEndpoint().getPrefetchCount());
    }

    /**
     * Takes messages from a second queue as well, one at a time and before those that were sent ahead: what was
     * delivered to a worker that ended. On a channel of its own, since Qpid has one prefetch count for a channel.
     */
    void alsoConsume(Channel second, String redeliveredQueue) throws IOException {
        consume(new Receiver(second, redeliveredQueue, " redelivered"), 1);
    }

    private void consume(Receiver receiver, int prefetchCount) throws IOException {
        AckSettings acks = worker.getEndpoint().getComponent().settings().acks();
        receiver.acknowledgements = new Acknowledgements(
                receiver.getChannel(),
                acks.messagesFor(prefetchCount),
                () -> connection.later(
                        () -> acknowledge(receiver.acknowledgements::flushInTime),
                        acks.delay().toMillis()));
        receivers.add(receiver);
        receiver.getChannel().basicQos(prefetchCount);
        WorkQueueEndpoint endpoint = worker.getEndpoint();
        receiver.tag = worker.getRouteId() + "#" + index + receiver.tagSuffix;
        boolean second = receiver.tagSuffix.length() > 0;
        receiver.getChannel()
                .basicConsume(
                        receiver.from,
                        !acknowledging,
                        receiver.tag,
                        endpoint.isNoLocal(),
                        endpoint.isExclusive() && !second,
                        second ? null : endpoint.getConsumerArgs(),
                        receiver);
    }

    private void work() {
        try {
            for (Delivery next = sentAhead.take(); next != null; next = sentAhead.take()) {
                if (acknowledging && !next.channel().isOpen()) {
                    // the broker has it back already, and gives it to another one
                    continue;
                }
                pickUp();
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

    private void pickUp() {
        lock.lock();
        try {
            inHand++;
        } finally {
            lock.unlock();
        }
    }

    private void putDown() {
        lock.lock();
        try {
            inHand--;
            idle.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The message is cared for: the broker may forget it. */
    void done(Delivery delivery) {
        try {
            if (acknowledging && worker.isAutomatic()) {
                acknowledge(() ->
                        delivery.acknowledgements().done(delivery.envelope().getDeliveryTag()));
            }
        } finally {
            putDown();
        }
    }

    /** What the client does to acknowledge. */
    private interface Acknowledging {
        void run() throws IOException;
    }

    private void acknowledge(Acknowledging acknowledgement) {
        try {
            acknowledgement.run();
        } catch (IOException | AlreadyClosedException e) {
            LoggerFactory.getLogger(worker.getRouteId())
                    .warn("work is done but could not be acknowledged, since the connection was lost;"
                            + " the broker will deliver the message again");
        }
    }

    /** The work failed, and nobody took care of the failure: the message goes back to the queue, after a pause. */
    void failed(Delivery delivery) {
        try {
            if (acknowledging && worker.isAutomatic() && !connection.giveBackLater(() -> giveBack(delivery))) {
                giveBack(delivery);
            }
        } finally {
            putDown();
        }
    }

    /** It was not worked on, and goes back to the queue as if it had never been taken. */
    void putBack(Delivery delivery) {
        if (!delivery.channel().isOpen()) {
            // the broker has it back already; sent back as well it would be there twice
            putDown();
        } else if (!worker.handBack(this, delivery)) {
            giveBack(delivery);
            putDown();
        }
    }

    private void giveBack(Delivery delivery) {
        try {
            delivery.acknowledgements().giveBack(delivery.envelope().getDeliveryTag());
        } catch (IOException | AlreadyClosedException e) {
            LOG.debug("not given back: with its channel gone, the broker has it back already", e);
        }
    }

    /** No further message is begun; what the broker sent ahead goes back to the queue now. Does not wait. */
    void stop() {
        if (!stopAsked.compareAndSet(false, true)) {
            return;
        }
        if (!acknowledging) {
            // the broker has forgotten what it sent: it is all done before the end
            receivers.forEach(receiver ->
                    receiver.cancel().whenComplete((answer, failure) -> connection.afterWhatWasRead(sentAhead::end)));
            return;
        }
        receivers.forEach(receiver -> acknowledge(receiver.acknowledgements::flushAlways));
        // before anything is given back, else it comes here again
        receivers.forEach(Receiver::cancel);
        for (Delivery delivery : sentAhead.endAndClear()) {
            pickUp();
            putBack(delivery);
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

    /** With its channel gone, the broker has them back already. */
    private void forgetSentAhead() {
        if (acknowledging) {
            sentAhead.endAndClear();
        } else {
            sentAhead.end();
        }
    }

    /** Ends it at once but for the message in hand; what is unacknowledged goes back to its queue. */
    void discard() {
        forgetSentAhead();
        for (Receiver receiver : receivers) {
            try {
                receiver.getChannel().abort();
            } catch (IOException e) {
                LOG.debug("the channel was gone already", e);
            }
        }
    }

    /** What the broker talks to; runs on the thread that reads from the broker, and so never waits for the broker. */
    private final class Receiver extends DefaultConsumer {
        private final String from;
        private final String tagSuffix;
        private String tag;
        private Acknowledgements acknowledgements;

        Receiver(Channel channel, String from, String tagSuffix) {
            super(channel);
            this.from = from;
            this.tagSuffix = tagSuffix;
        }

        @Override
        public void handleDelivery(String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
            Delivery delivery = new Delivery(from, queue, acknowledgements, envelope, properties, body);
            try {
                boolean redelivered = !tagSuffix.isEmpty();
                if (!sentAhead.put(delivery, redelivered) && acknowledging) {
                    giveBack(delivery);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Asks the broker to send no more; the answer comes after the last message that is on its way. */
        CompletableFuture<?> cancel() {
            try {
                return getChannel()
                        .asyncCompletableRpc(
                                new AMQP.Basic.Cancel.Builder().consumerTag(tag).build())
                        .orTimeout(CANCEL_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            } catch (IOException | AlreadyClosedException e) {
                LOG.debug("not cancelled: the channel is gone", e);
                return CompletableFuture.completedFuture(null);
            }
        }

        /** The broker ended the consumer: its queue was deleted, or moved to another node. */
        @Override
        public void handleCancel(String consumerTag) {
            forgetSentAhead();
            connection.consumerEnded(WorkerChannel.this, "queue '" + from + "' was deleted or moved at the broker");
        }

        @Override
        public void handleShutdownSignal(String consumerTag, ShutdownSignalException cause) {
            forgetSentAhead();
            if (!cause.isInitiatedByApplication()) {
                String reply = BrokerFaults.replyText(cause);
                connection.consumerEnded(WorkerChannel.this, cause.isHardError() ? null : reply);
            }
        }
    }
}
