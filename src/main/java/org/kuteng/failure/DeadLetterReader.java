package org.kuteng.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.SameThread;

/**
 * Looks at the dead letters of a queue, each once, and holds them until it is closed: those that were not acknowledged
 * go back then, in their order, and also when this process dies. One of them at a time is in memory.
 */
final class DeadLetterReader implements AutoCloseable {

    /**
     * How long no dead letter may come before it is taken that none is left. The queue may hold fewer than it counted:
     * the embedded broker counts those in another reader's hands too.
     */
    private static final Duration QUIET = Duration.ofSeconds(1);

    /** As many as there are are in hand at a time, since none is acknowledged before all were looked at. */
    static final int UNLIMITED = 0;

    /** What a consumer of a quorum queue gets without an acknowledgement at the most, whatever its prefetch count. */
    private static final int QUORUM_PREFETCH = 2_000;

    /** Looks at a dead letter; not called for two at a time. */
    interface Visitor {
        /**
         * @param tag names it to {@link #acknowledge}
         * @return whether to go on with the next
         */
        boolean visit(DeadLetter letter, long tag) throws IOException, InterruptedException;
    }

    private final Connection connection;
    private final Channel channel;
    private final String queue;
    private final long expected;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long seen;
    private boolean inHand;
    private boolean ended;
    private long lastSeen;
    private Exception failure;

    private DeadLetterReader(Connection connection, Channel channel, String queue, long expected) {
        this.connection = connection;
        this.channel = channel;
        this.queue = queue;
        this.expected = expected;
    }

    /** @throws BrokerException if the broker is not there, or has no such queue */
    static DeadLetterReader open(Broker broker, String queue) {
        Connection connection = broker.open("kuteng dead", SameThread.EXECUTOR);
        try {
            Channel channel = connection.createChannel();
            long expected = channel.queueDeclarePassive(queue).getMessageCount();
            return new DeadLetterReader(connection, channel, queue, expected);
        } catch (IOException | ShutdownSignalException e) {
            connection.abort();
            throw BrokerFaults.ofRequest("read queue '" + queue + "'", e);
        }
    }

    /** How many there were when it was opened. What is buried since then is not looked at. */
    long expected() {
        return expected;
    }

    /**
     * Shows what lies in the queue to the visitor, on the thread that reads from the broker: while the visitor waits, no
     * other message comes.
     *
     * @param prefetch how many may come without an acknowledgement, or {@link #UNLIMITED}
     * @return how many the visitor saw
     * @throws BrokerException if the connection is lost
     * @throws IOException if the visitor throws it
     */
    long read(int prefetch, Visitor visitor) throws IOException, InterruptedException {
        if (expected == 0) {
            return 0;
        }
        lastSeen = System.nanoTime();
        consume(prefetch, visitor);
        lock.lock();
        try {
            while (inHand || !ended && seen < expected && quietNanos() < QUIET.toNanos()) {
                changed.awaitNanos(Math.max(1, QUIET.toNanos() - quietNanos()));
            }
            ended = true;
            throwFailure();
            return seen;
        } finally {
            lock.unlock();
        }
    }

    private void consume(int prefetch, Visitor visitor) {
        try {
            channel.basicQos(prefetch);
            long consumers = prefetch == UNLIMITED ? (expected - 1) / QUORUM_PREFETCH + 1 : 1;
            for (long i = 0; i < consumers; i++) {
                channel.basicConsume(queue, false, new Consumer(visitor));
            }
        } catch (IOException | ShutdownSignalException e) {
            throw BrokerFaults.ofRequest("read queue '" + queue + "'", e);
        }
    }

    private long quietNanos() {
        return System.nanoTime() - lastSeen;
    }

    private void throwFailure() throws IOException, InterruptedException {
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof InterruptedException e) {
            throw e;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    /** No further dead letter is shown. */
    void stop() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes a dead letter from the queue.
     *
     * @return false if the connection is lost, which has put it back
     */
    boolean acknowledge(long tag) {
        try {
            // one by one: Qpid and RabbitMQ differ in what several at once mean
            channel.basicAck(tag, false);
            return true;
        } catch (IOException | AlreadyClosedException e) {
            return false;
        }
    }

    /**
     * Puts back what was not acknowledged.
     *
     * @return whether the broker has taken notice of every acknowledgement
     */
    boolean finish() {
        stop();
        try {
            channel.close();
            return true;
        } catch (IOException | ShutdownSignalException | java.util.concurrent.TimeoutException e) {
            return false;
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        stop();
        connection.abort((int) TimeUnit.SECONDS.toMillis(2));
    }

    private final class Consumer extends DefaultConsumer {
        private final Visitor visitor;

        Consumer(Visitor visitor) {
            super(channel);
            this.visitor = visitor;
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
            if (!begin()) {
                return;
            }
            Exception thrown = null;
            boolean goOn = false;
            try {
                goOn = visitor.visit(DeadLetter.of(queue, properties, body), envelope.getDeliveryTag());
            } catch (IOException | InterruptedException | RuntimeException e) {
                thrown = e;
            }
            end(goOn, thrown);
        }

        @Override
        public void handleCancel(String tag) {
            fail(new BrokerException(
                    BrokerException.Cure.TIME, "queue '" + queue + "' was deleted or moved while it was read", null));
        }

        @Override
        public void handleShutdownSignal(String tag, ShutdownSignalException cause) {
            if (!cause.isInitiatedByApplication()) {
                fail(BrokerFaults.ofRequest("read queue '" + queue + "'", cause));
            }
        }
    }

    private boolean begin() {
        lock.lock();
        try {
            inHand = !ended && seen < expected;
            return inHand;
        } finally {
            lock.unlock();
        }
    }

    private void end(boolean goOn, Exception thrown) {
        lock.lock();
        try {
            inHand = false;
            seen++;
            lastSeen = System.nanoTime();
            ended |= !goOn || thrown != null;
            failure = failure == null ? thrown : failure;
            if (ended || seen >= expected) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void fail(BrokerException cause) {
        lock.lock();
        try {
            failure = failure == null && !ended ? cause : failure;
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
