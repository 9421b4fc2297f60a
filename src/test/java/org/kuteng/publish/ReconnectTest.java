package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.kuteng.broker.BrokerException;

/** A connection that breaks, and a channel that the broker closes. */
class ReconnectTest extends PublisherFixture {

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

        awaitConnections(3);
        awaitWritten("/kuteng:a", "/kuteng:b", "/kuteng:c", "/kuteng:d");
        broker.last().ack(4, true);
        outcomes.forEach(Outcome::isConfirmed);
    }

    @Test
    void whatIsUnconfirmedForSeveralTargetsIsSentAgainForEach() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome first = send(publisher, message("", "a", "1"));
        Outcome second = send(publisher, message("", "b", "2"));

        broker.last().cut();

        awaitConnections(2);
        await().until(() -> broker.last().written.size() == 2);
        broker.last().channels.forEach(channel -> channel.ack(1, false));
        first.isConfirmed();
        second.isConfirmed();
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
    void withoutSendAgainTheOutcomeOfWhatWasUnconfirmedIsUnknown() throws Exception {
        Publisher publisher = publisher(settings(PATIENT, 10, false));
        Outcome outcome = send(publisher, "a");

        broker.last().cut();

        assertEquals(
                "outcome unknown for the message for queue 'kuteng': the connection broke; the broker may have it or not",
                outcome.failure());
        assertEquals(SendFailedException.Kind.UNKNOWN, outcome.kind());
        send(publisher, "b");
        assertEquals(List.of("/kuteng:b"), broker.last().written);
    }

    @Test
    void aWriteThatFailsBreaksTheConnectionOffAndIsDoneAgain() throws Exception {
        Publisher publisher = publisher(PATIENT);
        FakeConnection first = broker.last();
        first.failWrites(new IOException("Broken pipe"));

        Outcome outcome = send(publisher, "a");

        awaitConnections(2);
        awaitWritten("/kuteng:a");
        await().until(() -> !first.isOpen());
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
        awaitConnections(2);
        awaitWritten("/kuteng:a");
        broker.last().ack(1, false);

        outcome.isConfirmed();
    }

    @Test
    void aMessageForAnExchangeThatDoesNotExistFailsAndDisturbsNoOtherTarget() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome good = send(publisher, "a");
        Outcome bad = send(publisher, new OutgoingMessage("nowhere", "x", true, new BasicProperties(), new byte[0]));

        broker.last().closeChannel(AMQP.NOT_FOUND, "NOT_FOUND - no exchange 'nowhere' in vhost 'kuteng'");

        assertEquals(
                "message for exchange 'nowhere' with routing key 'x' was refused by the broker:"
                        + " NOT_FOUND - no exchange 'nowhere' in vhost 'kuteng'",
                bad.failure());
        assertTrue(good.isOpen());
        broker.last().channels.get(0).ack(1, false);
        good.isConfirmed();
        assertEquals(List.of("/kuteng:a", "nowhere/x:"), broker.last().written);
        assertEquals(1, broker.connections.size());
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
        awaitWritten("/kuteng:too large", "/kuteng:a", "/kuteng:a");
        broker.last().ack(1, false);
        good.isConfirmed();
        assertEquals(1, broker.connections.size());
    }

    @Test
    void aMessageWithWhichTheChannelIsClosedTimeAndAgainFails() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");

        for (int channels = 1; channels <= 3; channels++) {
            int opened = channels;
            await().until(() -> broker.last().channels.size() == opened
                    && !broker.last().lastChannel().written.isEmpty());
            assertTrue(outcome.isOpen());
            broker.last().closeChannel(AMQP.INTERNAL_ERROR, "INTERNAL_ERROR - who knows why");
        }

        assertEquals(
                "message for queue 'kuteng' was refused by the broker: INTERNAL_ERROR - who knows why",
                outcome.failure());
    }

    @Test
    void lostConnectionsAreNotHeldAgainstAMessage() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");

        for (int connections = 1; connections <= 5; connections++) {
            awaitConnections(connections);
            awaitWritten("/kuteng:a");
            broker.last().cut();
        }
        awaitConnections(6);
        awaitWritten("/kuteng:a");
        broker.last().closeChannel(AMQP.INTERNAL_ERROR, "INTERNAL_ERROR - who knows why");
        awaitWritten("/kuteng:a", "/kuteng:a");
        broker.last().ack(1, false);

        outcome.isConfirmed();
    }

    @Test
    void aBrokerThatAllowsNoChannelIsAskedAgain() throws Exception {
        Publisher publisher = publisher(PATIENT);
        FakeConnection connection = broker.last();
        connection.allowNoChannel();
        BrokerException thrown = assertThrows(BrokerException.class, () -> publisher.declare(QUEUE));
        assertTrue(thrown.getMessage().contains("allows no further channel"), thrown.getMessage());
        CompletableFuture<Outcome> sending = sendElsewhere(publisher, "a");

        connection.allowChannels();

        Outcome outcome = sending.get();
        connection.ack(1, false);
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

    @Test
    void anErrorInAWriteCutsTheConnectionAndTheMessagesAreSentAgain() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome first = send(publisher, "a");
        broker.last().failWrites(new OutOfMemoryError("planted"));
        FakeConnection broken = broker.last();

        Outcome second = send(publisher, "b");

        await().until(() -> !broken.isOpen());
        awaitConnections(2);
        awaitWritten("/kuteng:a", "/kuteng:b");
        Outcome third = send(publisher, "c");
        broker.last().ack(3, true);
        first.isConfirmed();
        second.isConfirmed();
        third.isConfirmed();
    }

    @Test
    void aMessageWhoseWriteEndsWithAnErrorEachTimeIsGivenUp() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        broker.onOpen(connection -> {
            if (connections.incrementAndGet() <= 2) {
                connection.failWrites(new OutOfMemoryError("planted"));
            }
        });
        Publisher publisher = publisher(PATIENT);

        Outcome outcome = send(publisher, "a");

        assertEquals(SendFailedException.Kind.UNKNOWN, outcome.kind());
        Outcome next = send(publisher, "b");
        await().until(() -> broker.last().written.equals(List.of("/kuteng:b")));
        broker.last().ack(1, false);
        next.isConfirmed();
    }

    @Test
    void headersThatContainThemselvesFailAloneAndTheConnectionStays() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome first = send(publisher, "a");
        java.util.Map<String, Object> endless = new java.util.HashMap<>();
        endless.put("self", endless);
        OutgoingMessage bad = new OutgoingMessage(
                "",
                "kuteng",
                true,
                new BasicProperties.Builder().headers(endless).build(),
                new byte[0]);
        // what the client library does with them
        broker.last().failWrites(new StackOverflowError());

        SendFailedException thrown = assertThrows(SendFailedException.class, () -> send(publisher, bad));

        assertEquals(SendFailedException.Kind.NOT_SENT, thrown.kind());
        broker.last().failWrites(null);
        Outcome second = send(publisher, "b");
        broker.last().ack(2, true);
        first.isConfirmed();
        second.isConfirmed();
        assertEquals(1, broker.connections.size());
    }

    @Test
    void aWriteThatIsStuckForAsLongAsAConfirmationMayTakeEndsTheConnection() throws Exception {
        Publisher publisher = publisher(settings(Duration.ofMillis(300), 10, true));
        FakeConnection first = broker.last();
        first.onWrite(() -> {
            while (first.isOpen()) {
                Thread.onSpinWait();
            }
        });
        CompletableFuture<Outcome> sending = sendElsewhere(publisher, "a");

        awaitConnections(2);

        assertFalse(first.isOpen());
        Outcome next = send(publisher, message("", "other", "b"));
        await().until(() ->
                broker.last().channels.stream().anyMatch(channel -> channel.written.equals(List.of("/other:b"))));
        broker.last().channels.forEach(channel -> channel.ack(1, false));
        next.isConfirmed();
        sending.get().isTold();
    }
}
