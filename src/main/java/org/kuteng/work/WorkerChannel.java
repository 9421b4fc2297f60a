package org.kuteng.work;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.BrokerKind;
import org.kuteng.events.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of a worker's concurrent consumers: a channel, a thread that does the work, and between them the messages that
 * the broker sent ahead. A message is acknowledged after its work; when asked to stop, it finishes the message in hand
 * and gives the rest back at once.
 */
final class WorkerChannel {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.worker");

    /** Without acknowledgements no prefetch count holds the broker back; a full buffer makes TCP do it. */
    private static final int UNACKNOWLEDGED_BUFFER = 1_000;

    /** A broker that does not answer is not waited for any longer. */
    static final long CANCEL_TIMEOUT_SECONDS = 2;

    /** AMQP carries the prefetch count in 16 bits. */
    private static final int MOST_PREFETCH = 65_535;

    /** How often a wait for the end of work looks whether only parked work is left, which ends without a word. */
    private static final long IDLE_CHECK_MILLIS = 100;

    private final WorkerConsumer worker;
    private final WorkerConnection connection;
    private final String queue;
    private final int index;
    private final boolean acknowledging;
    private final Channel channel;
    private final PrefetchBuffer buffer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final List<Receiver> receivers = new CopyOnWriteArrayList<>();
    private final Set<Work> inHand = ConcurrentHashMap.newKeySet();
    private final Work.Settlement settlement = new Settlement();
    private final AtomicBoolean stopAsked = new AtomicBoolean();

    /** Whether its end is our own wish: every other end has to be mended. */
    private volatile boolean leaving;

    private volatile boolean threadEnded;

    /** The same, to be waited for by the consumer that takes this one's place. */
    private final CountDownLatch workEnded = new CountDownLatch(1);

    private final List<CountDownLatch> predecessors = new CopyOnWriteArrayList<>();

    /** Whether consuming has ended. Changed with the lock held. */
    private volatile boolean consumingEnded;

    private volatile boolean handedBack;

    /** The broker's answers to the end of consuming. */
    private final List<CompletableFuture<?>> cancels = new CopyOnWriteArrayList<>();

    /** What was sent ahead and is not begun since it was asked to stop. Guarded by the lock. */
    private List<Delivery> leftOver = new ArrayList<>();

    /** @param index the number of this consumer in its route, from 1 */
    WorkerChannel(WorkerConsumer worker, WorkerConnection connection, Channel channel, String queue, int index) {
        this.worker = worker;
        this.connection = connection;
        this.channel = channel;
        this.queue = queue;
        this.index = index;
        this.acknowledging = worker.options().acknowledging();
        this.buffer = connection.newBuffer(acknowledging ? Integer.MAX_VALUE : UNACKNOWLEDGED_BUFFER);
    }

    String queue() {
        return queue;
    }

    int index() {
        return index;
    }

    /** How many messages wait here for the one in hand. */
    int buffered() {
        return buffer.size();
    }

    /** The messages in hand. */
    Collection<Work> inHand() {
        return inHand;
    }

    /** The connection it is on. */
    Connection connection() {
        return channel.getConnection();
    }

    /** Begins to consume; returns when the broker has agreed. */
    void start() throws IOException {
        WorkerThreads.named(
                        worker.getRouteId() + "#" + index,
                        worker.workers().settings().virtualThreads())
                .newThread(this::work)
                .start();
        WorkerOptions options = worker.options();
        PrefetchSize size = new PrefetchSize(
                options.prefetchCount(),
                worker.workers().settings().bufferBytes() / worker.wantedConsumers(),
                !acknowledging || options.singleActive() || options.exclusive() || deletesItselfBetween());
        consume(new Receiver(channel, queue, "", size));
    }

    /**
     * Whether the queue would delete itself, with all its messages, between two consumers: the embedded broker has one
     * prefetch count for a channel, so that a consumer ends there before the next one begins.
     */
    private boolean deletesItselfBetween() {
        boolean deletesItself = worker.options().queues().isEmpty()
                || worker.options().topology().queues().stream()
                        .anyMatch(declared -> declared.name().equals(queue) && declared.autoDelete());
        return deletesItself && BrokerKind.of(channel.getConnection()) == BrokerKind.QPID;
    }

    /**
     * Takes messages from a second queue as well, one at a time and before those that were sent ahead: what was
     * delivered to a worker that ended. On a channel of its own, since Qpid has one prefetch count for a channel.
     */
    void alsoConsume(Channel second, String redeliveredQueue) throws IOException {
        consume(new Receiver(second, redeliveredQueue, " redelivered", new PrefetchSize(1, Long.MAX_VALUE, true)));
    }

    private void consume(Receiver receiver) throws IOException {
        AckSettings acks = worker.workers().settings().acks();
        receiver.acknowledgements = new Acknowledgements(
                receiver.getChannel(),
                acks.messagesFor(receiver.size.granted()),
                () -> connection.later(
                        () -> acknowledge(receiver.acknowledgements::flushInTime),
                        acks.delay().toMillis()));
        receivers.add(receiver);
        receiver.consume();
    }

    private void work() {
        try {
            for (CountDownLatch before : predecessors) {
                await(before);
            }
            for (Delivery next = take(); next != null; next = take()) {
                if (acknowledging && !next.channel().isOpen()) {
                    // the broker has it back already, and gives it to another one
                    continue;
                }
                worker.work(this, next);
            }
        } finally {
            threadEnded = true;
            workEnded.countDown();
            changed();
        }
    }

    /** As many messages are worked on at a time as there are consumers, also while a lost one still works. */
    void workAfter(WorkerChannel lost) {
        predecessors.add(lost.workEnded);
    }

    private static void await(CountDownLatch before) {
        while (true) {
            try {
                before.await();
                return;
            } catch (InterruptedException e) {
                LOG.debug("interrupted while waiting for the work of a lost connection; waiting on", e);
            }
        }
    }

    /** Whether a message is in hand. */
    boolean isAtWork() {
        return !inHand.isEmpty();
    }

    /** @return null when there is none any more */
    private Delivery take() {
        while (true) {
            try {
                return buffer.take();
            } catch (InterruptedException e) {
                // what a step left behind: nobody ends a worker in this way
                LOG.debug("interrupted while waiting for a message; waiting on", e);
            }
        }
    }

    void taken(Work work) {
        inHand.add(work);
    }

    /** Told of the messages that this consumer has in hand. */
    Work.Settlement settlement() {
        return settlement;
    }

    private final class Settlement implements Work.Settlement {
        @Override
        public void settle(Work work) {
            worker.settle(WorkerChannel.this, work);
        }

        @Override
        public void parked(Work work) {
            WorkerChannel.this.parked(work);
        }

        @Override
        public boolean acknowledges() {
            return worker.options().automatic();
        }
    }

    /**
     * The route has completed and a step keeps the message until others come. What was delivered before is taken one
     * message at a time; those others may be among it, so this one does not count any more.
     */
    private void parked(Work work) {
        receivers.stream()
                .filter(receiver -> receiver.isSecond()
                        && receiver.from.equals(work.delivery().queue()))
                .forEach(receiver -> connection.later(receiver::consumeAgain, 0));
    }

    private int parkedFrom(String from) {
        return (int) inHand.stream()
                .filter(work -> work.delivery().queue().equals(from) && work.isParked())
                .count();
    }

    private void changed() {
        lock.lock();
        try {
            idle.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The work has ended, in this way: its message is not in hand any more. */
    void ended(Work work, Outcome outcome) {
        if (work.end(outcome)) {
            left(work, outcome);
        }
    }

    private void left(Work work, Outcome outcome) {
        inHand.remove(work);
        for (Receiver receiver : receivers) {
            if (receiver.uncounted > 0 && parkedFrom(receiver.from) == 0) {
                connection.later(receiver::consumeAgain, 0);
            }
        }
        worker.workers().events().ended(worker.getRouteId(), queue, outcome, work.age());
        if (leaving || stopAsked.get()) {
            changed();
        }
    }

    /** The message is cared for: the broker may forget it, unless it was given back meanwhile. */
    void acknowledge(Work work, Outcome outcome) {
        // the first end counts: a broker closes the channel over a message that is settled twice
        if (!work.end(outcome)) {
            return;
        }
        boolean acknowledged = !acknowledging
                || !worker.options().automatic()
                || acknowledge(() -> work.delivery()
                        .acknowledgements()
                        .done(work.delivery().envelope().getDeliveryTag()));
        left(work, acknowledged ? outcome : Outcome.LOST);
    }

    /** What the client does to acknowledge. */
    private interface Acknowledging {
        void run() throws IOException;
    }

    private boolean acknowledge(Acknowledging acknowledgement) {
        try {
            acknowledgement.run();
            return true;
        } catch (IOException | AlreadyClosedException e) {
            LoggerFactory.getLogger(worker.getRouteId())
                    .warn("work is done but could not be acknowledged, since the connection was lost;"
                            + " the broker will deliver the message again");
            return false;
        }
    }

    /** Gives the message back to its queue, in the way that no broker counts as a crash of its worker. */
    void giveBack(Work work, Outcome outcome) {
        boolean lost = acknowledging && !work.delivery().channel().isOpen();
        Outcome how = lost ? Outcome.LOST : outcome;
        if (!work.end(how)) {
            return;
        }
        if (acknowledging && worker.options().automatic()) {
            giveBack(work.delivery());
        }
        left(work, how);
    }

    private void giveBack(Delivery delivery) {
        try {
            delivery.acknowledgements().giveBack(delivery.envelope().getDeliveryTag());
        } catch (IOException | AlreadyClosedException e) {
            LOG.debug("not given back: with its channel gone, the broker has it back already", e);
        }
    }

    /** No further message is begun. Does not wait for the broker: {@link #handBack} does the rest. */
    void stop() {
        lock.lock();
        try {
            if (stopAsked.compareAndSet(false, true) && acknowledging) {
                leftOver.addAll(buffer.endAndClear());
            }
        } finally {
            lock.unlock();
        }
    }

    /** What comes until consuming has ended is kept: given back at once it would come here again, and again. */
    private boolean keepLeftOver(Delivery delivery) {
        lock.lock();
        try {
            return stopAsked.get() && !consumingEnded && leftOver.add(delivery);
        } finally {
            lock.unlock();
        }
    }

    private void handBackLeftOver() {
        List<Delivery> taken;
        lock.lock();
        try {
            taken = leftOver;
            leftOver = new ArrayList<>();
        } finally {
            lock.unlock();
        }
        taken.forEach(delivery -> worker.handBack(this, delivery));
    }

    /**
     * Waits until the message in hand is done, but not for long: acknowledged before the end of consuming, it stays
     * acknowledged whatever the broker has to do.
     *
     * @param deadline in terms of {@link System#nanoTime()}
     * @param hurry whether to wait no longer
     */
    void awaitShortWork(long deadline, BooleanSupplier hurry) {
        if (acknowledging) {
            await(deadline, () -> threadEnded && isAtRest() || hurry.getAsBoolean());
        }
    }

    /** From now on each message is acknowledged at once, and what waits now. */
    void acknowledgeAtOnce() {
        if (acknowledging) {
            receivers.forEach(receiver -> acknowledge(receiver.acknowledgements::flushAlways));
        }
    }

    /**
     * Ends consuming; what the broker sent ahead goes back to its queue. To be called after {@link #stop} and {@link
     * #acknowledgeAtOnce}, and followed by {@link #awaitCancelled}.
     */
    void handBack() {
        if (!acknowledging) {
            // the broker has forgotten what it sent: it is all done before the end
            receivers.forEach(receiver ->
                    receiver.cancel().whenComplete((answer, failure) -> connection.afterWhatWasRead(buffer::end)));
            return;
        }
        // before anything is given back, else it comes here again
        receivers.forEach(receiver -> cancels.add(receiver.cancel()));
        receivers.forEach(Receiver::giveBackTooLarge);
        handBackLeftOver();
    }

    /**
     * Waits until the broker has ended consuming, or takes too long for that; what came meanwhile goes back as well.
     * RabbitMQ's quorum queues lose
     * acknowledgements that are under way when the channel closes (rabbitmq-server issue 10327), and answer the end of
     * consuming when all that came before is written.
     */
    void awaitCancelled() {
        for (CompletableFuture<?> cancel : cancels) {
            try {
                cancel.join();
            } catch (CompletionException | CancellationException e) {
                LOG.debug("the broker did not answer the end of consuming", e);
            }
        }
        lock.lock();
        try {
            // what comes later, from a broker that did not answer, goes back as it comes
            consumingEnded = true;
        } finally {
            lock.unlock();
        }
        receivers.forEach(Receiver::giveBackTooLarge);
        handBackLeftOver();
        handedBack = true;
        changed();
    }

    /** Whether neither a message is in hand nor one will be, but for those that wait in a step for others. */
    boolean isIdle() {
        return threadEnded && (handedBack || leaving) && isAtRest();
    }

    private boolean isAtRest() {
        return inHand.stream().allMatch(Work::isParked);
    }

    /**
     * Waits until it is idle.
     *
     * @param deadline in terms of {@link System#nanoTime()}
     * @return false if a message is still in hand at the deadline
     */
    boolean awaitIdle(long deadline) {
        return await(deadline, this::isIdle);
    }

    private boolean await(long deadline, BooleanSupplier condition) {
        lock.lock();
        try {
            long left = deadline - System.nanoTime();
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                idle.awaitNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(IDLE_CHECK_MILLIS)));
                left = deadline - System.nanoTime();
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** What is in hand still goes back to its queue now. */
    void giveBackWhatIsInHand() {
        if (!acknowledging) {
            return;
        }
        for (Work work : inHand) {
            giveBack(work, Outcome.HANDED_BACK);
        }
    }

    /** With its channel gone, the broker has them back already. */
    private void forgetBuffered() {
        if (acknowledging) {
            buffer.endAndClear();
        } else {
            buffer.end();
        }
    }

    /** Ends it at once but for the message in hand; what is unacknowledged goes back to its queue. */
    void discard() {
        leaving = true;
        forgetBuffered();
        for (Receiver receiver : receivers) {
            try {
                receiver.getChannel().abort();
            } catch (IOException e) {
                LOG.debug("the channel was gone already", e);
            }
        }
    }

    /** The connection is being left: its end is our own wish. */
    void leave() {
        leaving = true;
        forgetBuffered();
    }

    /** What the broker talks to; runs on the thread that reads from the broker, and so never waits for the broker. */
    private final class Receiver extends DefaultConsumer {
        private final String from;
        private final String tagSuffix;
        private final PrefetchSize size;
        private final boolean crashesCounted;

        /** Whether the prefetch count of a consumer counts what another consumer of the channel was sent as well. */
        private final boolean countsForChannel;

        /**
         * Another one each time: RabbitMQ 3.10 crashes the channel when the consumer of a quorum queue is cancelled with
         * messages in hand, and its tag is used again.
         */
        private volatile String tag;

        /**
         * Held while it begins to consume, over requests to the broker: what came meanwhile may ask for another prefetch
         * count before the first request is answered.
         */
        private final ReentrantLock beginning = new ReentrantLock();

        /** How often it has begun to consume. */
        private int times;

        /** How many messages wait in a step and do not count; for what was delivered before. */
        private volatile int uncounted;

        private Acknowledgements acknowledgements;

        /** What could not be held and stays unacknowledged; how many of them the prefetch count makes room for. */
        private final Queue<Long> tooLarge = new ConcurrentLinkedQueue<>();

        private volatile int tooLargeAllowed;

        Receiver(Channel channel, String from, String tagSuffix, PrefetchSize size) {
            super(channel);
            this.from = from;
            this.tagSuffix = tagSuffix;
            this.size = size;
            this.crashesCounted = connection.countsCrashes(from);
            this.countsForChannel = BrokerKind.of(channel.getConnection()) == BrokerKind.QPID;
        }

        private boolean isSecond() {
            return !tagSuffix.isEmpty();
        }

        void consume() throws IOException {
            beginning.lock();
            try {
                begin();
            } finally {
                beginning.unlock();
            }
        }

        private void begin() throws IOException {
            times++;
            String next = worker.getRouteId() + "#" + index + tagSuffix + (times == 1 ? "" : "/" + times);
            uncounted = isSecond() && countsForChannel ? parkedFrom(from) : 0;
            int count = acknowledging
                    ? size.granted() + uncounted
                    : worker.options().prefetchCount();
            acknowledgements.most(worker.workers().settings().acks().messagesFor(count));
            tooLargeAllowed = tooLarge.size();
            getChannel().basicQos(Math.min(MOST_PREFETCH, count + tooLargeAllowed));
            getChannel()
                    .basicConsume(
                            from,
                            !acknowledging,
                            next,
                            worker.options().noLocal(),
                            worker.options().exclusive() && !isSecond(),
                            isSecond() ? null : worker.options().consumerArguments(),
                            this);
            // whoever asks it to stop before that leaves the end to the one who opened it
            tag = next;
        }

        /** With the number that fits what the messages weigh; not on the thread that reads. */
        private void consumeAgain() {
            beginning.lock();
            try {
                // without a tag it could not begin, and whoever opened it says so
                if (stopAsked.get() || leaving || tag == null) {
                    return;
                }
                String last = tag;
                if (countsForChannel) {
                    tag = null;
                    getChannel().basicCancel(last);
                    if (!stopAsked.get()) {
                        begin();
                    }
                } else {
                    // first: a queue that deletes itself does so with its last consumer
                    begin();
                    getChannel().basicCancel(last);
                }
                if (stopAsked.get()) {
                    cancels.add(cancel());
                }
            } catch (IOException | RuntimeException e) {
                ended(BrokerFaults.ofRequest("change the prefetch count for queue '" + from + "'", e)
                        .getMessage());
            } finally {
                beginning.unlock();
            }
        }

        @Override
        public void handleDelivery(String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
            try {
                OptionalLong oversized = Broker.oversized(getChannel(), envelope.getDeliveryTag());
                if (oversized.isPresent()) {
                    leaveWithBroker(envelope.getDeliveryTag(), oversized.getAsLong());
                    return;
                }
                Delivery delivery =
                        new Delivery(from, queue, acknowledgements, envelope, properties, body, crashesCounted);
                if (!buffer.put(delivery, isSecond()) && acknowledging && !keepLeftOver(delivery)) {
                    giveBack(delivery);
                }
                if (size.came(body.length)) {
                    connection.later(this::consumeAgain, 0);
                }
            } catch (Throwable e) {
                // else the client library would close the channel, and take it for the consumer's own wish
                ended("a message could not be taken: " + e);
            }
        }

        /** Its body cannot be held: the message stays where it is, unacknowledged, and those behind it are reached. */
        private void leaveWithBroker(long tag, long bytes) throws IOException {
            worker.tellTooLarge(from, bytes);
            if (!acknowledging) {
                // the broker has forgotten it
                return;
            }
            if (consumingEnded) {
                acknowledgements.giveBack(tag);
                return;
            }
            acknowledgements.leave();
            tooLarge.add(tag);
            if (tooLarge.size() - tooLargeAllowed >= size.granted()) {
                // they take up all that the broker sends ahead
                connection.later(this::consumeAgain, 0);
            }
        }

        /** Gives back what could not be held. */
        private void giveBackTooLarge() {
            for (Long large = tooLarge.poll(); large != null; large = tooLarge.poll()) {
                try {
                    acknowledgements.giveBack(large);
                } catch (IOException | AlreadyClosedException e) {
                    LOG.debug("not given back: with its channel gone, the broker has it back already", e);
                }
            }
        }

        /** Its end was not wanted: it is told, and the consumer opened again. */
        private void ended(String reason) {
            forgetBuffered();
            connection.consumerEnded(WorkerChannel.this, reason);
        }

        /** Asks the broker to send no more; the answer comes after the last message that is on its way. */
        CompletableFuture<?> cancel() {
            if (tag == null) {
                // it has not begun to consume, and is cancelled once it has
                return CompletableFuture.completedFuture(null);
            }
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

        /** The broker ended the consumer: its queue was deleted or moved, or work took longer than it allows. */
        @Override
        public void handleCancel(String consumerTag) {
            ended("queue '" + from + "' was deleted or moved at the broker, or work took longer than a consumer timeout"
                    + " that it sets");
        }

        @Override
        public void handleShutdownSignal(String consumerTag, ShutdownSignalException cause) {
            forgetBuffered();
            if (leaving) {
                return;
            }
            String reply = BrokerFaults.replyText(cause);
            if (cause.isHardError()) {
                connection.lost(WorkerChannel.this, reply);
            } else {
                connection.consumerEnded(
                        WorkerChannel.this, reply == null ? String.valueOf(cause.getMessage()) : reply);
            }
        }
    }
}
