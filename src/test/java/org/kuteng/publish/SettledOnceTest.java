package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.LongString;
import java.io.DataInputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kuteng.events.WorkEvents;

/** Each sender is told once, whatever goes wrong between the answer of the broker and him. */
class SettledOnceTest extends PublisherFixture {
    private static final long NEVER_STUCK = Duration.ofHours(1).toNanos();

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final AtomicBoolean noThread = new AtomicBoolean();
    private Target target;

    @AfterEach
    void stop() {
        timer.shutdownNow();
        if (target != null) {
            target.stop();
        }
    }

    @Test
    void whenNoThreadCanBeStartedToSendAgainItIsTriedAgain() throws Exception {
        connect(failing(task -> new Thread(task).start()), Thread::new);
        Outcome outcome = send("a");

        noThread.set(true);
        broker.last().cut();

        awaitLookedAfter(
                () -> broker.connections.size() == 2 && !broker.last().written.isEmpty());
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void whenNoThreadCanBeStartedToOpenAConnectionItIsTriedAgain() throws Exception {
        connect(task -> new Thread(task).start(), failing());
        Outcome outcome = send("a");

        noThread.set(true);
        broker.last().cut();

        awaitLookedAfter(
                () -> broker.connections.size() == 2 && !broker.last().written.isEmpty());
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void whenNoThreadCanBeStartedForAFreshConnectionARefusedMessageIsTriedOnTheOneThereIs() throws Exception {
        connect(task -> new Thread(task).start(), failing());
        Outcome outcome = send("a");
        FakeConnection connection = broker.last();
        connection.nack(1, false);
        await().until(() -> connection.written.size() == 2);

        noThread.set(true);
        connection.nack(1, false);

        await().until(() -> connection.written.size() == 3);
        connection.ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void aTargetDoesNotEndWhileAMessageIsUnconfirmedOnAChannelThatWasExchanged() throws Exception {
        connect(task -> new Thread(task).start(), Thread::new);
        Outcome refused = send("a");
        Outcome slow = send("b");
        FakeChannel exchanged = broker.last().lastChannel();
        exchanged.nack(1, false);
        await().until(() -> broker.last().channels.size() == 2
                && !broker.last().lastChannel().written.isEmpty());
        broker.last().ack(1, false);
        refused.isConfirmed();
        await().until(() -> !target.hasWaiting());

        assertFalse(target.endIfIdle(() -> {}));

        exchanged.ack(2, false);
        slow.isConfirmed();
        await().until(() -> target.endIfIdle(() -> {}));
    }

    @Test
    void aTargetDoesNotEndWhileARefusedMessageIsNeitherInAChannelNorAmongThoseToBeSentAgain() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        events = new WorkEvents() {
            @Override
            public void refused(String exchange, String routingKey) {
                ended.set(target.endIfIdle(() -> {}));
            }
        };
        connect(task -> new Thread(task).start(), Thread::new);
        Outcome outcome = send("a");

        broker.last().nack(1, false);

        await().until(() -> broker.last().written.size() == 2);
        assertFalse(ended.get());
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void anErrorInsteadOfAThreadForWhatFollowsDoesNotKeepASenderFromBeingTold() throws Exception {
        Publisher publisher = publisher(settings(PATIENT, 10, true), task -> {
            throw new InternalError("planted");
        });
        publisher.declare(NOTHING);
        Outcome outcome = send(publisher, "a");

        broker.last().ack(1, false);

        outcome.isConfirmed();
    }

    @Test
    void whoeverListensToEventsDoesNotKeepASenderFromBeingTold() throws Exception {
        events = new WorkEvents() {
            @Override
            public void confirmed(String exchange, String routingKey, Duration took) {
                throw new IllegalStateException("planted");
            }

            @Override
            public void sendFailed(String exchange, String routingKey, String reason) {
                throw new IllegalStateException("planted");
            }
        };
        Publisher publisher = publisher(settings(PATIENT, 10, false));
        Outcome confirmed = send(publisher, "a");
        Outcome failed = send(publisher, "b");

        ignoring(() -> broker.last().ack(1, false));
        ignoring(() -> broker.last().cut());

        confirmed.isConfirmed();
        assertEquals(SendFailedException.Kind.UNKNOWN, failed.kind());
    }

    @Test
    void whoeverListensToSendsDoesNotMakeAWriteFail() throws Exception {
        events = new WorkEvents() {
            @Override
            public void sent(String exchange, String routingKey) {
                throw new IllegalArgumentException("planted");
            }
        };
        Publisher publisher = publisher(PATIENT);

        Outcome first = send(publisher, "a");
        Outcome second = send(publisher, "b");

        broker.last().ack(1, false);
        first.isConfirmed();
        assertTrue(second.isOpen());
        broker.last().ack(2, false);
        second.isConfirmed();
        assertEquals(1, broker.connections.size());
    }

    @Test
    void anErrorBeforeAMessageIsWrittenAgainDoesNotLoseIt() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        connect(task -> new Thread(task, "mender").start(), Thread::new, channel -> {
            // the mender looks whether there is room, takes the message, and looks once more when it writes
            if (Thread.currentThread().getName().equals("mender") && looks.incrementAndGet() == 2) {
                throw new InternalError("planted");
            }
            return false;
        });
        Outcome outcome = send("a");

        broker.last().cut();

        awaitLookedAfter(
                () -> broker.connections.size() == 2 && !broker.last().written.isEmpty());
        assertTrue(looks.get() > 2);
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void aSenderWhoseWriteEndsWithAnErrorIsNotToldTwiceWhenThatCannotBeLookedInto() throws Exception {
        Publisher publisher = publisher(PATIENT);
        OutgoingMessage message = new OutgoingMessage(
                "",
                "kuteng",
                true,
                new BasicProperties.Builder()
                        .headers(Map.of("too-large", new NoMemoryFor()))
                        .build(),
                new byte[0]);
        FakeConnection first = broker.last();
        first.failWrites(new InternalError("planted"));

        Outcome outcome = send(publisher, message);

        awaitConnections(2);
        await().until(() -> !broker.last().written.isEmpty());
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    /** A value for which there is no memory. */
    private static final class NoMemoryFor implements LongString {
        @Override
        public long length() {
            return 1;
        }

        @Override
        public DataInputStream getStream() {
            throw new InternalError("planted");
        }

        @Override
        public byte[] getBytes() {
            throw new InternalError("planted");
        }
    }

    private void connect(Executor menders, ThreadFactory threads) {
        connect(menders, threads, broker::isStopped);
    }

    private void connect(Executor menders, ThreadFactory threads, Predicate<Channel> flowStopped) {
        SendingConnection connection =
                new SendingConnection(broker, () -> "kuteng test", events, threads, new Changes());
        target = new Target(
                "kuteng",
                "queue 'kuteng'",
                null,
                new Services(
                        settings(PATIENT, 10, true),
                        connection,
                        new Declarations(),
                        new Completions(Runnable::run),
                        events,
                        timer,
                        menders,
                        flowStopped,
                        () -> {}),
                () -> {});
        connection.openNow();
    }

    private final class Changes implements SendingConnection.Owner {
        @Override
        public void connectionChanged() {
            target.roomChanged();
        }

        @Override
        public void opened(Connection connection) {}
    }

    private Outcome send(String body) throws InterruptedException {
        Outcome outcome = new Outcome();
        assertTrue(target.send(new Unconfirmed(message(body), outcome), null));
        return outcome;
    }

    /** Waits, and does what the timer does meanwhile. */
    private void awaitLookedAfter(Callable<Boolean> condition) {
        await().until(() -> {
            target.check(System.nanoTime(), NEVER_STUCK);
            return condition.call();
        });
    }

    private Executor failing(Executor executor) {
        return task -> {
            failOnce();
            executor.execute(task);
        };
    }

    private ThreadFactory failing() {
        return task -> {
            failOnce();
            return new Thread(task);
        };
    }

    private void failOnce() {
        if (noThread.getAndSet(false)) {
            throw new InternalError("planted: unable to create native thread");
        }
    }

    /** What the client library does. */
    private static void ignoring(Runnable told) {
        try {
            told.run();
        } catch (IllegalStateException e) {
            assertEquals(List.of("planted"), List.of(e.getMessage()));
        }
    }
}
