package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.kuteng.broker.BrokerKind;
import org.kuteng.events.WorkEvents;

/** Who may send, and who has to wait. */
class AdmissionTest extends PublisherFixture {

    @Test
    void aMessageThatIsNotConfirmedInTimeHasAnUnknownOutcome() throws Exception {
        Publisher publisher = publisher(IMPATIENT);
        Outcome outcome = send(publisher, "a");

        assertEquals(
                "outcome unknown for the message for queue 'kuteng': not confirmed within 50 ms"
                        + " (kuteng.confirm.timeout); the broker may have it or not",
                outcome.failure());
        assertEquals(SendFailedException.Kind.UNKNOWN, outcome.kind());
    }

    @Test
    void aMessageThatWaitsForTheBrokerToComeBackIsToldInTime() throws Exception {
        Publisher publisher = publisher(IMPATIENT);
        Outcome outcome = send(publisher, "a");
        broker.goAway();
        broker.last().cut();

        assertEquals(SendFailedException.Kind.UNKNOWN, outcome.kind());
    }

    @Test
    void aSenderForWhomThereIsNoConnectionInTimeIsToldWhere() {
        Publisher publisher = publisher(IMPATIENT);
        broker.goAway();
        broker.last().cut();

        SendFailedException thrown = assertThrows(SendFailedException.class, () -> send(publisher, "a"));

        assertEquals(
                "message for queue 'kuteng' not sent: no room within 50 ms (kuteng.confirm.timeout): no connection to"
                        + " the broker at amqp://kuteng:***@broker.example:5672/kuteng",
                thrown.getMessage());
        assertEquals(SendFailedException.Kind.NOT_SENT, thrown.kind());
    }

    @Test
    void aSenderWaitsWhileTheWindowIsFull() throws Exception {
        Publisher publisher = publisher(settings(PATIENT, 2, true));
        send(publisher, "a");
        send(publisher, "b");
        Thread sender = new Thread(() -> sendUnchecked(publisher, message("c"), new Outcome()));
        sender.start();
        await().until(() -> sender.getState() == Thread.State.TIMED_WAITING);
        assertEquals(List.of("/kuteng:a", "/kuteng:b"), broker.last().written);

        broker.last().ack(1, false);

        sender.join();
        assertEquals(List.of("/kuteng:a", "/kuteng:b", "/kuteng:c"), broker.last().written);
    }

    @Test
    void aFullWindowHoldsUpItsOwnTargetOnly() throws Exception {
        Publisher publisher = publisher(settings(PATIENT, 1, true));
        send(publisher, "a");
        CompletableFuture<Outcome> waiting = sendElsewhere(publisher, "b");

        Outcome other = send(publisher, message("", "other", "c"));

        broker.last().ack(1, false);
        other.isConfirmed();
        assertFalse(waiting.isDone());
        broker.last().channels.get(0).ack(1, false);
        waiting.get();
    }

    @Test
    void aSenderForWhomThereIsNoRoomInTimeIsToldWhy() throws Exception {
        Publisher publisher = publisher(settings(Duration.ofMillis(300), 1, true));
        send(publisher, "a");
        broker.last().onWritten(() -> {});

        SendFailedException thrown = assertThrows(SendFailedException.class, () -> {
            // the first one is given up at about the same time, and then there is room
            send(publisher, "b");
            send(publisher, "c");
        });

        assertEquals(
                "message for queue 'kuteng' not sent: no room within 300 ms (kuteng.confirm.timeout): 1 messages are"
                        + " unconfirmed (kuteng.confirm.window)",
                thrown.getMessage());
    }

    @Test
    void whileTheBrokerBlocksPublishersTimeDoesNotCount() throws Exception {
        Publisher publisher = publisher(IMPATIENT);
        FakeConnection connection = broker.last();
        Outcome before = send(publisher, "a");
        connection.block();
        CompletableFuture<Outcome> sending = sendElsewhere(publisher, "b");

        awaitTimeoutElsewhere();
        awaitTimeoutElsewhere();
        assertTrue(before.isOpen());
        assertFalse(sending.isDone());
        assertEquals(List.of("/kuteng:a"), connection.written);

        connection.onWrite(() -> connection.ack(1, false));
        connection.unblock();
        sending.get();
        before.isConfirmed();
        assertEquals(List.of("/kuteng:a", "/kuteng:b"), connection.written);
    }

    @Test
    void aSenderThatIsInterruptedWhileItWaitsSendsNothing() throws Exception {
        Publisher publisher = publisher(settings(PATIENT, 1, true));
        send(publisher, "a");
        CompletableFuture<Exception> thrown = new CompletableFuture<>();
        Thread sender = new Thread(() -> {
            try {
                send(publisher, "b");
            } catch (Exception e) {
                thrown.complete(e);
            }
        });
        sender.start();
        await().until(() -> sender.getState() == Thread.State.TIMED_WAITING);

        sender.interrupt();

        assertEquals(InterruptedException.class, thrown.get().getClass());
        assertEquals(List.of("/kuteng:a"), broker.last().written);
    }

    @Test
    void anInterruptThatCameEarlierDoesNotKeepAMessageFromBeingSentAndIsKept() throws Exception {
        Publisher publisher = publisher(PATIENT);
        boolean[] during = {true};
        broker.last().onWrite(() -> during[0] = Thread.currentThread().isInterrupted());
        Thread.currentThread().interrupt();

        Outcome outcome = send(publisher, "a");

        assertTrue(Thread.interrupted(), "the interrupt is kept");
        assertFalse(during[0], "the client library does not see it");
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void aFullQueueHoldsUpThoseWhoSendToItAndNobodyElse() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        events = new WorkEvents() {
            @Override
            public void blocked(String target, String reason) {
                told.add("blocked " + target);
            }

            @Override
            public void unblocked(String target) {
                told.add("unblocked " + target);
            }
        };
        Publisher publisher = publisher(IMPATIENT);
        send(publisher, "a");
        FakeChannel full = broker.last().lastChannel();
        full.ack(1, false);
        full.stop();
        CompletableFuture<Outcome> waiting = sendElsewhere(publisher, message("b"), "from");
        await().until(() -> publisher.blockedSenders().equals(List.of(new BlockedSender("from", "kuteng", 1))));

        Outcome other = send(publisher, message("", "other", "c"));
        broker.last().ack(1, false);
        other.isConfirmed();

        await().until(() -> told.equals(List.of("blocked kuteng")));
        assertFalse(waiting.isDone());
        full.goOn();
        Outcome outcome = waiting.get();
        full.ack(2, false);
        outcome.isConfirmed();
        await().until(() -> told.equals(List.of("blocked kuteng", "unblocked kuteng")));
        assertEquals(List.of(), publisher.blockedSenders());
    }

    @Test
    void whoWaitsForAFullQueueCanBeInterrupted() throws Exception {
        Publisher publisher = publisher(PATIENT);
        send(publisher, "a");
        broker.last().lastChannel().stop();
        CompletableFuture<Exception> thrown = new CompletableFuture<>();
        Thread sender = new Thread(() -> {
            try {
                publisher.sendAndWait(message("b"), null);
            } catch (Exception e) {
                thrown.complete(e);
            }
        });
        sender.start();
        await().until(() -> sender.getState() == Thread.State.TIMED_WAITING);

        sender.interrupt();

        assertEquals(SendFailedException.Kind.NOT_SENT, ((SendFailedException) thrown.get()).kind());
    }

    @Test
    void atTheEndNobodyWaitsForAFullQueueAnyMore() throws Exception {
        Publisher publisher = publisher(PATIENT);
        send(publisher, "a");
        broker.last().lastChannel().stop();
        CompletableFuture<Outcome> waiting = sendElsewhere(publisher, "b");
        await().until(() -> publisher.blockedSenders().size() == 1);

        publisher.stopWaiting();

        Exception thrown = assertThrows(Exception.class, waiting::get);
        assertEquals(SendFailedException.class, thrown.getCause().getClass());
    }

    @Test
    void whoWaitsWhileAQueueIsDeclaredAgainIsToldWhenTheEndComes() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.remember(QUEUE);
        OutgoingMessage first = message("a");
        send(publisher, first);
        CountDownLatch declaring = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        broker.last().onDeclare(() -> {
            declaring.countDown();
            awaitUninterrupted(mayGoOn);
        });
        broker.last().giveBack(first);
        broker.last().ack(1, false);
        awaitUninterrupted(declaring);
        CompletableFuture<Outcome> waiting = sendElsewhere(publisher, "b");

        publisher.stopWaiting();

        Exception thrown = assertThrows(Exception.class, () -> waiting.get(5, TimeUnit.SECONDS));
        mayGoOn.countDown();
        assertEquals(SendFailedException.class, thrown.getCause().getClass());
    }

    @Test
    void aFullWindowIsNoReasonToCallAQueueFull() throws Exception {
        Publisher publisher = publisher(settings(PATIENT, 1, true));
        send(publisher, "a");
        CompletableFuture<Outcome> waiting = sendElsewhere(publisher, message("b"), "from");

        assertEquals(List.of(), publisher.blockedSenders());
        broker.last().ack(1, false);
        waiting.get();
    }

    private static void awaitTimeoutElsewhere() throws InterruptedException {
        FakeBroker elsewhere = new FakeBroker(BrokerKind.RABBITMQ);
        try (Publisher other = new Publisher(
                elsewhere,
                settings(IMPATIENT, 10, true),
                () -> "kuteng other",
                Runnable::run,
                WorkEvents.NONE,
                elsewhere::isStopped)) {
            send(other, message("x")).failure();
        }
    }
}
