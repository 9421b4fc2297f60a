package org.kuteng.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ChannelContinuationTimeoutException;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.BrokerKind;
import org.kuteng.broker.SameThread;

/**
 * Looks at the dead letters of a queue, each once, and holds them until it is closed: those that were not acknowledged
 * go back then, in their order, and also when this process dies. One of them at a time is in memory.
 */
final class DeadLetterReader implements AutoCloseable {

    /**
     * How long no dead letter may come before the broker is asked whether any is left. The queue may hold fewer than it
     * counted: the embedded broker counts those in another reader's hands too.
     */
    private static final Duration QUIET = Duration.ofSeconds(1);

    /** How often in turn the broker has to say that none is left: on a cluster some may still be under way. */
    private static final int ASKED_AT_THE_END = 2;

    /** How long the broker may have dead letters, or be silent, and send none. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

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
    private boolean handAwaited;
    private boolean ended;
    private long lastSeen;

    /** When the broker was last asked whether there are any; only the thread that waits for the end uses it. */
    private long lastAsked;

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
     * @return how many the visitor saw: fewer than {@link #expected()} if it ended this, or if the broker says that no
     *     more are there for the taking
     * @throws BrokerException if the connection is lost, or the broker has more and does not send them
     * @throws IOException if the visitor throws it
     */
    long read(int prefetch, Visitor visitor) throws IOException, InterruptedException {
        if (expected == 0) {
            return 0;
        }
        lastSeen = System.nanoTime();
        lastAsked = lastSeen;
        consume(prefetch, visitor);
        for (int noneLeft = 0; !awaitQuiet() && noneLeft < ASKED_AT_THE_END; ) {
            long before = seen();
            boolean none = isNoneLeft(visitor);
            noneLeft = none && seen() == before ? noneLeft + 1 : 0;
            lastAsked = System.nanoTime();
            if (!none && System.nanoTime() - lastSeen() > PATIENCE.toNanos()) {
                throw new BrokerException(
                        BrokerException.Cure.TIME,
                        "queue '" + queue + "' has more dead letters, but the broker has sent none for "
                                + PATIENCE.toSeconds() + " s; " + seen() + " of " + expected + " were looked at",
                        null);
            }
        }
        lock.lock();
        try {
            awaitEmptyHand();
            ended = true;
            throwFailure();
            return seen;
        } finally {
            lock.unlock();
        }
    }

    /** @return true if it is over; false if nothing has come for a while */
    private boolean awaitQuiet() throws InterruptedException {
        lock.lock();
        try {
            while (inHand || !ended && seen < expected && quietNanos() < QUIET.toNanos()) {
                changed.awaitNanos(inHand ? QUIET.toNanos() : Math.max(1, QUIET.toNanos() - quietNanos()));
            }
            return ended || seen >= expected;
        } finally {
            lock.unlock();
        }
    }

    private void awaitEmptyHand() throws InterruptedException {
        while (inHand) {
            handAwaited = true;
            changed.await();
        }
        handAwaited = false;
    }

    /** Since a dead letter came, or the broker was asked. */
    private long quietNanos() {
        long now = System.nanoTime();
        return Math.min(now - lastSeen, now - lastAsked);
    }

    /**
     * Asks the broker whether it has any that nobody has in hand. Its count tells that on RabbitMQ. Qpid counts those in
     * hand as well: there one more is asked for, and shown to the visitor if there is one.
     *
     * @return false also if the broker does not answer
     */
    private boolean isNoneLeft(Visitor visitor) throws InterruptedException {
        try {
            if (BrokerKind.of(connection) == BrokerKind.QPID) {
                GetResponse one = channel.basicGet(queue, false);
                if (one != null) {
                    visitNext(visitor, one.getEnvelope(), one.getProps(), one.getBody());
                }
                return one == null;
            }
            // on a channel of its own, which an answer that is late does no harm to
            Channel asking = connection.createChannel();
            boolean none = asking.queueDeclarePassive(queue).getMessageCount() == 0;
            asking.abort();
            return none;
        } catch (ChannelContinuationTimeoutException e) {
            return false;
        } catch (IOException | ShutdownSignalException e) {
            fail(BrokerFaults.ofRequest("read queue '" + queue + "'", e));
            return false;
        }
    }

    /** Waits for the one that is in hand. */
    private void visitNext(Visitor visitor, Envelope envelope, BasicProperties properties, byte[] body)
            throws InterruptedException {
        lock.lock();
        try {
            awaitEmptyHand();
            inHand = !ended && seen < expected;
            if (!inHand) {
                return;
            }
        } finally {
            lock.unlock();
        }
        visit(visitor, envelope, properties, body);
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

    private long seen() {
        lock.lock();
        try {
            return seen;
        } finally {
            lock.unlock();
        }
    }

    private long lastSeen() {
        lock.lock();
        try {
            return lastSeen;
        } finally {
            lock.unlock();
        }
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
            try {
                visitNext(visitor, envelope, properties, body);
            } catch (InterruptedException e) {
                // nobody interrupts the thread that reads
                Thread.currentThread().interrupt();
            }
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

    private void visit(Visitor visitor, Envelope envelope, BasicProperties properties, byte[] body) {
        Exception thrown = null;
        boolean goOn = false;
        try {
            goOn = visitor.visit(DeadLetter.of(queue, properties, body), envelope.getDeliveryTag());
        } catch (IOException | InterruptedException | RuntimeException e) {
            thrown = e;
        }
        end(goOn, thrown);
    }

    private void end(boolean goOn, Exception thrown) {
        lock.lock();
        try {
            inHand = false;
            seen++;
            lastSeen = System.nanoTime();
            ended |= !goOn || thrown != null;
            failure = failure == null ? thrown : failure;
            // not for each of them: to wake a thread costs more than all else that is done here
            if (ended || seen >= expected || handAwaited) {
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
