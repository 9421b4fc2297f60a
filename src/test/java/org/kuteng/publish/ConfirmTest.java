package org.kuteng.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the broker confirms. */
class ConfirmTest extends PublisherFixture {
    private static final PublishSettings WITHOUT = new PublishSettings(false, PATIENT, 10, true);

    @Test
    void aConfirmationNamesOneMessage() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome first = send(publisher, "a");
        Outcome second = send(publisher, "b");

        broker.last().ack(1, false);

        first.isConfirmed();
        assertTrue(second.isOpen());
        assertEquals(List.of("/kuteng:a", "/kuteng:b"), broker.last().written);
        assertEquals(1, publisher.unconfirmed());
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
    void whoWaitsForTheConfirmationGoesOnOnItsOwnThread() throws Exception {
        Publisher publisher = publisher(settings(PATIENT, 10, true), task -> {
            throw new AssertionError("no other thread is needed");
        });
        publisher.declare(NOTHING);
        broker.last().onWritten(() -> broker.last().ack(1, false));

        publisher.sendAndWait(message("a"), null);

        assertEquals(List.of("/kuteng:a"), broker.last().written);
    }

    @Test
    void whoIsInterruptedWhileItWaitsForTheConfirmationIsToldThatTheOutcomeIsUnknown() {
        Publisher publisher = publisher(PATIENT);
        broker.last().onWritten(Thread.currentThread()::interrupt);

        SendFailedException thrown =
                assertThrows(SendFailedException.class, () -> publisher.sendAndWait(message("a"), null));

        assertEquals(SendFailedException.Kind.UNKNOWN, thrown.kind());
        assertTrue(Thread.interrupted(), "the interrupt is kept");
        broker.last().ack(1, false);
    }

    @Test
    void withoutConfirmationsTheSenderGoesOnOnceTheMessageIsWritten() throws Exception {
        broker.onOpen(FakeConnection::sendWithoutConfirms);
        send(publisher(WITHOUT), "a").isConfirmed();
    }

    @Test
    void withoutConfirmationsAMessageThatCouldNotBeWrittenIsWrittenToTheNextConnection() throws Exception {
        broker.onOpen(FakeConnection::sendWithoutConfirms);
        Publisher publisher = publisher(WITHOUT);
        broker.last().failWrites(new IOException("Broken pipe"));

        send(publisher, "a").isConfirmed();

        assertEquals(2, broker.connections.size());
        assertEquals(List.of("/kuteng:a"), broker.last().written);
    }

    @Test
    void withoutConfirmationsWhatWasDeclaredIsDeclaredOnEachConnectionAsNobodySaysThatItIsGone() {
        broker.onOpen(FakeConnection::sendWithoutConfirms);
        Publisher publisher = publisher(WITHOUT);
        publisher.declare(QUEUE);

        broker.last().cut();

        awaitConnections(2);
        org.awaitility.Awaitility.await().until(() -> broker.last().declared.equals(List.of("kuteng")));
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

        SendFailedException thrown = assertThrows(SendFailedException.class, () -> send(publisher, bad));
        Outcome last = send(publisher, "b");

        assertEquals(SendFailedException.Kind.NOT_SENT, thrown.kind());
        assertEquals(
                "message for queue 'kuteng' not sent: it cannot be written in AMQP: Invalid value in table",
                thrown.getMessage());
        broker.last().ack(2, false);
        last.isConfirmed();
        assertTrue(first.isOpen());
        broker.last().ack(1, false);
        first.isConfirmed();
        assertEquals(1, broker.connections.size());
    }
}
