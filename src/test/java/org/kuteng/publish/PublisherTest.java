package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.QueueType;
import org.kuteng.broker.Queues;
import org.kuteng.broker.Topology;

@Timeout(30)
class PublisherTest {
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration IMPATIENT = Duration.ofMillis(50);
    private static final Topology QUEUE =
            new Topology(List.of(), List.of(Queues.work("kuteng", QueueType.DURABLE, Map.of())), List.of());

    private final FakeBroker broker = new FakeBroker();
    private final List<Publisher> publishers = new ArrayList<>();

    @BeforeAll
    static void lookOften() {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
    }

    @AfterEach
    void close() {
        broker.goAway();
        broker.connections.forEach(FakeConnection::cut);
        publishers.forEach(Publisher::close);
        Awaitility.reset();
        lookOften();
    }

    // --- confirmations

    @Test
    void aConfirmationNamesOneMessage() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome first = send(publisher, "a");
        Outcome second = send(publisher, "b");

        broker.last().ack(1, false);

        first.isConfirmed();
        assertTrue(second.isOpen());
        assertEquals(List.of("/kuteng:a", "/kuteng:b"), broker.last().written);
    }

    @Test
    void aConfirmationMayNameEveryMessageUpToANumber() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome first = send(publisher, "a");
        Outcome second = send(publisher, "b");
        Outcome third = send(publisher, "c");

        broker.last().ack(2, true);

        first.isConfirmed();
        second.isConfirmed();
        assertTrue(third.isOpen());
    }

    @Test
    void confirmationsMayComeInAnyOrderAndMoreThanOnce() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome first = send(publisher, "a");
        Outcome second = send(publisher, "b");
        Outcome third = send(publisher, "c");

        broker.last().ack(3, false);
        assertTrue(first.isOpen());
        broker.last().ack(1, false);
        broker.last().ack(1, false);
        broker.last().ack(3, true);

        first.isConfirmed();
        second.isConfirmed();
        third.isConfirmed();
    }

    @Test
    void withoutConfirmationsTheSenderGoesOnOnceTheMessageIsWritten() throws Exception {
        Publisher publisher = publisher(new PublishSettings(false, PATIENT, 10, true));

        send(publisher, "a").isConfirmed();
    }

    @Test
    void withoutConfirmationsAMessageThatCouldNotBeWrittenIsWrittenToTheNextConnection() throws Exception {
        Publisher publisher = publisher(new PublishSettings(false, PATIENT, 10, true));
        broker.last().failWrites();

        send(publisher, "a").isConfirmed();

        assertEquals(2, broker.connections.size());
        assertEquals(List.of("/kuteng:a"), broker.last().written);
    }

    // --- what the broker does not take

    @Test
    void aReturnedMessageFailsThoughRabbitMQAcknowledgesItAfterwards() throws Exception {
        Publisher publisher = publisher(PATIENT);
        OutgoingMessage message = message("a");
        Outcome outcome = send(publisher, message);

        broker.last().giveBack(message);
        broker.last().ack(1, false);

        assertEquals("message for queue 'kuteng' was returned: no queue takes it (312 NO_ROUTE)", outcome.failure());
    }

    @Test
    void aRefusedMessageFailsAsReturnedThoughTheEmbeddedBrokerReturnsItAfterwards() throws Exception {
        Publisher publisher = publisher(PATIENT);
        OutgoingMessage message = message("a");
        Outcome outcome = send(publisher, message);

        broker.last().nack(1, false);
        broker.last().giveBack(message);

        assertEquals("message for queue 'kuteng' was returned: no queue takes it (312 NO_ROUTE)", outcome.failure());
    }

    @Test
    void aRefusedMessageFails() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome first = send(publisher, "a");
        Outcome second = send(publisher, "b");
        Outcome third = send(publisher, "c");

        broker.last().nack(2, true);

        assertEquals("refused by the broker (basic.nack): it does not have the message", first.failure());
        assertEquals("refused by the broker (basic.nack): it does not have the message", second.failure());
        assertTrue(third.isOpen());
    }

    @Test
    void ofTwoMessagesForTheSameQueueTheReturnedOneFails() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome first = send(publisher, message("a"));
        OutgoingMessage message = message("b");
        Outcome second = send(publisher, message);

        broker.last().giveBack(message);
        broker.last().ack(2, true);

        first.isConfirmed();
        assertTrue(second.failure().contains("was returned"));
    }

    @Test
    void aMessageThatAmqpCannotCarryFailsAloneAndTheNumbersOfTheOthersStillFit() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome first = send(publisher, "a");
        OutgoingMessage bad = new OutgoingMessage(
                "",
                "kuteng",
                true,
                new BasicProperties.Builder()
                        .headers(Map.of(FakeConnection.CANNOT_BE_WRITTEN, "x"))
                        .build(),
                new byte[0]);

        Exception thrown = assertThrows(IllegalArgumentException.class, () -> send(publisher, bad));
        Outcome last = send(publisher, "b");

        assertEquals("message for queue 'kuteng' cannot be sent: Invalid value in table", thrown.getMessage());
        broker.last().ack(2, false);
        last.isConfirmed();
        assertTrue(first.isOpen());
        broker.last().ack(1, false);
        first.isConfirmed();
        assertEquals(1, broker.connections.size());
    }

    // --- a connection that breaks

    @Test
    void whatWasUnconfirmedIsSentAgainInOrderOnTheNextConnectionAndBeforeAnythingNew() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome first = send(publisher, "a");
        Outcome second = send(publisher, "b");
        Outcome third = send(publisher, "c");
        broker.last().ack(2, false);

        broker.last().cut();
        Outcome fourth = send(publisher, "d");

        assertEquals(List.of("/kuteng:a", "/kuteng:c", "/kuteng:d"), broker.last().written);
        broker.last().ack(3, true);
        first.isConfirmed();
        second.isConfirmed();
        third.isConfirmed();
        fourth.isConfirmed();
    }

    @Test
    void theOrderHoldsWhenTheNextConnectionBreaksAsWell() throws Exception {
        Publisher publisher = publisher(PATIENT);
        List<Outcome> outcomes = new ArrayList<>();
        for (String body : List.of("a", "b", "c", "d")) {
            outcomes.add(send(publisher, body));
        }
        AtomicInteger writes = new AtomicInteger();
        broker.onOpen(second -> second.onWrite(() -> {
            if (writes.incrementAndGet() == 3) {
                second.cut();
            }
        }));

        broker.last().cut();

        await().until(() -> broker.connections.size() == 3
                && broker.last().written.equals(List.of("/kuteng:a", "/kuteng:b", "/kuteng:c", "/kuteng:d")));
        broker.last().ack(4, true);
        outcomes.forEach(Outcome::isConfirmed);
    }

    @Test
    void aBrokerThatIsAwayIsWaitedFor() throws Exception {
        Publisher publisher = publisher(PATIENT);
        broker.goAway();
        broker.last().cut();
        CompletableFuture<Outcome> sending = sendElsewhere(publisher, "a");

        broker.comeBack();

        Outcome outcome = sending.get();
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void withoutSendAgainWhatWasUnconfirmedFails() throws Exception {
        Publisher publisher = publisher(settings(PATIENT, 10, false));
        Outcome outcome = send(publisher, "a");

        broker.last().cut();

        assertEquals(
                "message for queue 'kuteng' was not confirmed: the connection broke; the broker may have it or not",
                outcome.failure());
        send(publisher, "b");
        assertEquals(List.of("/kuteng:b"), broker.last().written);
    }

    @Test
    void aWriteThatFailsBreaksTheConnectionOffAndIsDoneAgain() throws Exception {
        Publisher publisher = publisher(PATIENT);
        FakeConnection first = broker.last();
        first.failWrites();

        Outcome outcome = send(publisher, "a");

        await().until(() ->
                broker.connections.size() == 2 && broker.last().written.equals(List.of("/kuteng:a")));
        assertFalse(first.isOpen());
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void aRefusalIsNoAnswerOnceTheMessageWasSentAgain() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");
        FakeConnection first = broker.last();

        first.nack(1, false);
        first.cut();
        await().until(() ->
                broker.connections.size() == 2 && broker.last().written.equals(List.of("/kuteng:a")));
        // the refusal of another message is settled after that of the first, since both wait equally long
        Outcome later = send(publisher, "b");
        broker.last().nack(2, false);
        later.failure();

        assertTrue(outcome.isOpen());
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void aMessageThatWasReturnedBeforeTheConnectionBrokeIsJudgedByWhatBecomesOfItAfterwards() throws Exception {
        Publisher publisher = publisher(PATIENT);
        OutgoingMessage message = message("a");
        Outcome outcome = send(publisher, message);
        broker.last().giveBack(message);

        broker.last().cut();
        await().until(() ->
                broker.connections.size() == 2 && !broker.last().written.isEmpty());
        broker.last().ack(1, false);

        outcome.isConfirmed();
    }

    @Test
    void aMessageForAnExchangeThatDoesNotExistFailsAndTheOthersAreSentAgain() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome good = send(publisher, "a");
        Outcome bad = send(publisher, new OutgoingMessage("nowhere", "x", true, new BasicProperties(), new byte[0]));

        broker.last().closeChannel(AMQP.NOT_FOUND, "NOT_FOUND - no exchange 'nowhere' in vhost 'kuteng'");

        assertEquals(
                "message for exchange 'nowhere' with routing key 'x' was not confirmed:"
                        + " NOT_FOUND - no exchange 'nowhere' in vhost 'kuteng'",
                bad.failure());
        await().until(() ->
                broker.connections.size() == 2 && broker.last().written.equals(List.of("/kuteng:a")));
        broker.last().ack(1, false);
        good.isConfirmed();
    }

    @Test
    void aMessageThatIsTooLargeFailsAndTheOthersAreSentAgain() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome bad = send(publisher, "too large");
        Outcome good = send(publisher, "a");

        broker.last()
                .closeChannel(
                        AMQP.PRECONDITION_FAILED,
                        "PRECONDITION_FAILED - message size 9 is larger than configured max size 5");

        assertTrue(bad.failure().endsWith("message size 9 is larger than configured max size 5"));
        await().until(() ->
                broker.connections.size() == 2 && broker.last().written.equals(List.of("/kuteng:a")));
        broker.last().ack(1, false);
        good.isConfirmed();
    }

    @Test
    void aMessageWithWhichTheChannelIsClosedTimeAndAgainFails() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");

        for (int channels = 1; channels <= 3; channels++) {
            int opened = channels;
            await().until(() -> broker.connections.size() == opened
                    && !broker.last().written.isEmpty());
            assertTrue(outcome.isOpen());
            broker.last().closeChannel(AMQP.INTERNAL_ERROR, "INTERNAL_ERROR - who knows why");
        }

        assertEquals("message for queue 'kuteng' was not confirmed: INTERNAL_ERROR - who knows why", outcome.failure());
    }

    @Test
    void lostConnectionsAreNotHeldAgainstAMessage() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");

        for (int channels = 1; channels <= 5; channels++) {
            int opened = channels;
            await().until(() -> broker.connections.size() == opened
                    && !broker.last().written.isEmpty());
            broker.last().cut();
        }
        await().until(() ->
                broker.connections.size() == 6 && !broker.last().written.isEmpty());
        broker.last().closeChannel(AMQP.INTERNAL_ERROR, "INTERNAL_ERROR - who knows why");
        await().until(() ->
                broker.connections.size() == 7 && !broker.last().written.isEmpty());
        broker.last().ack(1, false);

        outcome.isConfirmed();
    }

    @Test
    void aRefusalForGoodEndsTheWaitingAndTheNextSendTriesAgain() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.declare(QUEUE);
        Outcome unconfirmed = send(publisher, "a");
        CompletableFuture<BrokerException> refused = new CompletableFuture<>();
        publisher.onRefusal(refused::complete);
        broker.onOpen(
                opened -> opened.refuseDeclarations(AMQP.PRECONDITION_FAILED, "PRECONDITION_FAILED - invalid arg 'x'"));

        broker.last().cut();

        assertEquals(
                "message for queue 'kuteng' was not confirmed:"
                        + " cannot declare queue 'kuteng': the broker says PRECONDITION_FAILED - invalid arg 'x'; change the arguments in"
                        + " the route",
                unconfirmed.failure());
        assertTrue(refused.get().endsRoute());
        SendFailedException thrown = assertThrows(SendFailedException.class, () -> send(publisher, "b"));
        assertEquals(
                "not sent: cannot declare queue 'kuteng': the broker says PRECONDITION_FAILED - invalid arg 'x'; change the arguments in"
                        + " the route",
                thrown.getMessage());
        assertEquals(0, openConnections());

        broker.onOpen(opened -> {});
        Outcome outcome = send(publisher, "c");
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void aQueueIsDeclaredAgainAsLongAsOneOfItsProducersIsThere() {
        Publisher publisher = publisher(PATIENT);
        publisher.declare(QUEUE);
        publisher.declare(QUEUE);
        publisher.forget(QUEUE);

        broker.last().cut();
        await().until(() -> broker.connections.size() == 2 && broker.last().isOpen());
        await().until(() -> broker.last().declared.equals(List.of("kuteng")));

        publisher.forget(QUEUE);
        broker.last().cut();
        await().until(() -> broker.connections.size() == 3 && broker.last().isOpen());
        publisher.declare(new Topology(List.of(), List.of(), List.of()));
        assertEquals(List.of(), broker.last().declared);
    }

    @Test
    void noConnectionIsLeftOpenWhenItsQueueCannotBeDeclared() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.declare(QUEUE);
        Outcome outcome = send(publisher, "a");
        AtomicInteger refusals = new AtomicInteger();
        broker.onOpen(opened -> {
            if (refusals.incrementAndGet() <= 3) {
                opened.refuseDeclarations(AMQP.RESOURCE_LOCKED, "RESOURCE_LOCKED - another has it");
            }
        });

        broker.last().cut();

        await().until(() ->
                broker.connections.size() == 5 && !broker.last().written.isEmpty());
        assertEquals(1, openConnections());
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void aBrokerThatAllowsNoChannelIsSaidSoAndAskedAgain() throws Exception {
        broker.onOpen(FakeConnection::allowNoChannel);
        Publisher publisher = publisher(settings(PATIENT, 10, true), Runnable::run);
        BrokerException thrown = assertThrows(BrokerException.class, () -> publisher.declare(QUEUE));
        assertEquals(
                "cannot open a channel for sending: the broker allows no channel on the connection",
                thrown.getMessage());
        assertEquals(0, openConnections());

        CompletableFuture<Outcome> sending = sendElsewhere(publisher, "a");
        await().until(() -> broker.connections.size() > 2);
        broker.onOpen(opened -> {});

        Outcome outcome = sending.get();
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void aRouteThatStartsWhileTheConnectionIsOpenedAgainSharesItWithTheOthers() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");
        CountDownLatch openerHasConnection = new CountDownLatch(1);
        CountDownLatch openerMayGoOn = new CountDownLatch(1);
        AtomicBoolean first = new AtomicBoolean(true);
        broker.onOpen(opened -> {
            if (first.getAndSet(false)) {
                openerHasConnection.countDown();
                awaitUninterrupted(openerMayGoOn);
            }
        });
        broker.last().cut();
        awaitUninterrupted(openerHasConnection);

        publisher.declare(QUEUE);
        openerMayGoOn.countDown();

        await().until(() -> broker.connections.size() == 3 && openConnections() == 1);
        FakeConnection shared = broker.connections.stream()
                .filter(FakeConnection::isOpen)
                .findFirst()
                .orElseThrow();
        await().until(() -> shared.written.equals(List.of("/kuteng:a")));
        send(publisher, "b");
        assertEquals(List.of("/kuteng:a", "/kuteng:b"), shared.written);
        shared.ack(1, false);
        outcome.isConfirmed();
    }

    // --- time and room

    @Test
    void aMessageThatIsNotConfirmedInTimeFails() throws Exception {
        Publisher publisher = publisher(IMPATIENT);

        assertEquals(
                "message for queue 'kuteng' was not confirmed within 50 ms (kuteng.confirm.timeout);"
                        + " the broker may have it or not",
                send(publisher, "a").failure());
    }

    @Test
    void aMessageThatWaitsForTheBrokerToComeBackFailsInTime() throws Exception {
        Publisher publisher = publisher(IMPATIENT);
        Outcome outcome = send(publisher, "a");
        broker.goAway();
        broker.last().cut();

        assertTrue(outcome.failure().contains("was not confirmed within 50 ms"));
    }

    @Test
    void aSenderForWhomThereIsNoConnectionInTimeIsToldWhere() {
        Publisher publisher = publisher(IMPATIENT);
        broker.goAway();
        broker.last().cut();

        SendFailedException thrown = assertThrows(SendFailedException.class, () -> send(publisher, "a"));

        assertEquals(
                "not sent within 50 ms (kuteng.confirm.timeout): no connection to the broker at"
                        + " amqp://kuteng:***@broker.example:5672/kuteng",
                thrown.getMessage());
    }

    @Test
    void aSenderWaitsWhileTheWindowIsFull() throws Exception {
        Publisher publisher = publisher(settings(PATIENT, 2, true));
        send(publisher, "a");
        send(publisher, "b");
        Thread sender = new Thread(() -> sendUnchecked(publisher, "c"));
        sender.start();
        await().until(() -> sender.getState() == Thread.State.TIMED_WAITING);
        assertEquals(List.of("/kuteng:a", "/kuteng:b"), broker.last().written);

        broker.last().ack(1, false);

        sender.join();
        assertEquals(List.of("/kuteng:a", "/kuteng:b", "/kuteng:c"), broker.last().written);
    }

    @Test
    void aSenderForWhomThereIsNoRoomInTimeIsToldWhy() throws Exception {
        Publisher publisher = publisher(settings(IMPATIENT, 1, true));
        send(publisher, "a");

        SendFailedException thrown = assertThrows(SendFailedException.class, () -> send(publisher, "b"));

        assertEquals(
                "not sent within 50 ms (kuteng.confirm.timeout): 1 messages are unconfirmed (kuteng.confirm.window)",
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
    void aSenderThatWaitedForRoomWhileTheBrokerBlockedHasItsWholeTimeAfterwards() throws Exception {
        Publisher publisher = publisher(settings(Duration.ofMillis(500), 1, true));
        FakeConnection connection = broker.last();
        send(publisher, "a");
        connection.block();
        Thread sender = new Thread(() -> sendUnchecked(publisher, "b"));
        sender.start();
        await().until(() -> sender.getState() == Thread.State.TIMED_WAITING);
        awaitTimeoutElsewhere(Duration.ofMillis(500));

        connection.unblock();
        // the first message has its whole time as well: there is room only when that is confirmed
        connection.ack(1, false);

        sender.join();
        assertEquals(List.of("/kuteng:a", "/kuteng:b"), connection.written);
    }

    @Test
    void aSenderThatIsInterruptedSendsNothing() throws Exception {
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

    // --- the end

    @Test
    void closingWaitsForWhatIsUnconfirmed() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");
        Thread closer = new Thread(publisher::close);
        closer.start();
        await().until(() -> closer.getState() == Thread.State.TIMED_WAITING);
        assertTrue(broker.last().isOpen());

        broker.last().ack(1, false);

        closer.join();
        outcome.isConfirmed();
        assertFalse(broker.last().isOpen());
    }

    @Test
    void whatIsStillUnconfirmedWhenTheTimeIsUpFailsAtTheEnd() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");
        broker.last().block();

        publisher.close();
        publisher.close();

        assertEquals("not confirmed: kuteng is stopping; the broker may have it or not", outcome.failure());
        assertFalse(broker.last().isOpen());
        assertEquals(1, broker.connections.size());
        assertEquals(
                "not sent: kuteng is stopping",
                assertThrows(SendFailedException.class, () -> send(publisher, "b"))
                        .getMessage());
    }

    @Test
    void whatWaitsForABrokerThatIsAwayFailsAtTheEndOnce() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");
        broker.goAway();
        broker.last().cut();

        publisher.close();
        broker.comeBack();
        publisher.close();

        assertTrue(outcome.failure().contains("kuteng is stopping"));
        assertEquals(0, openConnections());
    }

    @Test
    void aConnectionThatIsOpenedTooLateIsClosedAgain() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        broker.onOpen(opened -> {
            opening.countDown();
            awaitUninterrupted(mayGoOn);
        });
        broker.last().cut();
        awaitUninterrupted(opening);

        publisher.close();
        mayGoOn.countDown();

        await().until(() -> broker.connections.size() == 2 && openConnections() == 0);
        assertEquals(List.of(), broker.last().written);
        assertTrue(outcome.failure().contains("kuteng is stopping"));
    }

    @Test
    void aSenderIsToldThoughThoseWhoWouldTellHimHaveEnded() throws Exception {
        Publisher publisher = publisher(settings(PATIENT, 10, true), task -> {
            throw new RejectedExecutionException();
        });
        publisher.declare(QUEUE);
        Outcome outcome = send(publisher, "a");

        broker.last().ack(1, false);

        outcome.isConfirmed();
    }

    // --- all at once

    @Test
    void manySendersAndManyLostConnectionsAndEachMessageIsConfirmedOnce() throws Exception {
        int senders = 4;
        int messages = 300;
        Publisher publisher = publisher(settings(PATIENT, 20, true));
        List<Outcome> outcomes = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int s = 0; s < senders; s++) {
            List<Outcome> own = new ArrayList<>();
            for (int m = 0; m < messages; m++) {
                own.add(new Outcome());
            }
            outcomes.addAll(own);
            String name = "sender-" + s + "-";
            threads.add(new Thread(() -> {
                for (int m = 0; m < messages; m++) {
                    sendUnchecked(publisher, message(name + m), own.get(m));
                }
            }));
        }
        threads.forEach(Thread::start);

        Random random = new Random(4711);
        await().pollInterval(Duration.ofMillis(1)).timeout(PATIENT).until(() -> {
            FakeConnection connection = broker.last();
            long numbers = connection.written.size();
            if (random.nextInt(10) == 0) {
                connection.cut();
            } else if (numbers > 0) {
                connection.ack(1 + random.nextInt((int) numbers), random.nextBoolean());
                connection.ack(numbers, random.nextBoolean());
            }
            return outcomes.stream().noneMatch(Outcome::isOpen);
        });

        for (Thread thread : threads) {
            thread.join();
        }
        outcomes.forEach(Outcome::isConfirmed);
        assertTrue(broker.connections.size() > 5, "connections were lost");
        assertTrue(openConnections() <= 1, "no connection was left open");
    }

    // --- tools

    private static PublishSettings settings(Duration timeout, int window, boolean sendAgain) {
        return new PublishSettings(true, timeout, window, sendAgain);
    }

    private Publisher publisher(Duration timeout) {
        return publisher(settings(timeout, 10, true));
    }

    /** With its connection open. */
    private Publisher publisher(PublishSettings settings) {
        Publisher publisher = publisher(settings, Runnable::run);
        publisher.declare(new Topology(List.of(), List.of(), List.of()));
        return publisher;
    }

    private Publisher publisher(PublishSettings settings, Executor completions) {
        Publisher publisher = new Publisher(broker, settings, () -> "kuteng test", completions);
        publishers.add(publisher);
        return publisher;
    }

    private static OutgoingMessage message(String body) {
        BasicProperties properties =
                new BasicProperties.Builder().messageId("id of " + body).build();
        return new OutgoingMessage("", "kuteng", true, properties, body.getBytes(StandardCharsets.UTF_8));
    }

    private static Outcome send(Publisher publisher, String body) throws InterruptedException {
        return send(publisher, message(body));
    }

    private static Outcome send(Publisher publisher, OutgoingMessage message) throws InterruptedException {
        Outcome outcome = new Outcome();
        publisher.send(message, outcome);
        return outcome;
    }

    private static Outcome sendUnchecked(Publisher publisher, String body) {
        Outcome outcome = new Outcome();
        sendUnchecked(publisher, message(body), outcome);
        return outcome;
    }

    private static void sendUnchecked(Publisher publisher, OutgoingMessage message, Outcome outcome) {
        try {
            publisher.send(message, outcome);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CompletableFuture<Outcome> sendElsewhere(Publisher publisher, String body) {
        return CompletableFuture.supplyAsync(() -> sendUnchecked(publisher, body), task -> new Thread(task).start());
    }

    private long openConnections() {
        return broker.connections.stream().filter(FakeConnection::isOpen).count();
    }

    /** Waits until a message that is sent now with the same time-out has failed. */
    private static void awaitTimeoutElsewhere() throws InterruptedException {
        awaitTimeoutElsewhere(IMPATIENT);
    }

    private static void awaitTimeoutElsewhere(Duration timeout) throws InterruptedException {
        try (Publisher other =
                new Publisher(new FakeBroker(), settings(timeout, 10, true), () -> "kuteng other", Runnable::run)) {
            send(other, "x").failure();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertTrue(latch.await(PATIENT.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
