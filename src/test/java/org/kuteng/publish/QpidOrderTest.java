package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kuteng.broker.BrokerKind;

/** The embedded broker refuses what no queue takes, and returns it afterwards. */
class QpidOrderTest extends PublisherFixture {
    QpidOrderTest() {
        super(BrokerKind.QPID);
    }

    @Test
    void theSenderIsToldTheReasonThatCameAfterTheRefusal() throws Exception {
        Publisher publisher = publisher(PATIENT);
        OutgoingMessage message = message("a");
        Outcome outcome = send(publisher, message);

        broker.last().nack(1, false);
        assertTrue(outcome.isOpen());
        broker.last().giveBack(message);

        assertEquals("message for queue 'kuteng' was returned: no queue takes it (312 NO_ROUTE)", outcome.failure());
        assertEquals(SendFailedException.Kind.RETURNED, outcome.kind());
    }

    @Test
    void aMessageThatAFullQueueGivesBackWasRefused() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.declare(QUEUE);
        OutgoingMessage message = message("a");
        Outcome outcome = send(publisher, message);

        broker.last().nack(1, false);
        broker.last().lastChannel().giveBack(message, 506, "queue is full");

        assertEquals("message for queue 'kuteng' was refused by the broker (506 queue is full)", outcome.failure());
        assertEquals(SendFailedException.Kind.REFUSED, outcome.kind());
        assertEquals(List.of("kuteng"), broker.last().declared);
    }

    @Test
    void aConfirmationThatComesBeforeTheReasonDoesNotTouchTheRefusedMessage() throws Exception {
        Publisher publisher = publisher(PATIENT);
        OutgoingMessage message = message("a");
        Outcome refused = send(publisher, message);
        Outcome taken = send(publisher, "b");

        broker.last().nack(1, false);
        broker.last().ack(2, true);
        taken.isConfirmed();
        assertTrue(refused.isOpen());
        broker.last().giveBack(message);

        assertEquals(SendFailedException.Kind.RETURNED, refused.kind());
    }

    @Test
    void withoutAReasonTheMessageIsTriedAgainAsAnyRefusedOne() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");
        FakeConnection connection = broker.last();

        connection.nack(1, false);
        connection.ack(1, true);

        await().until(() -> connection.channels.size() == 2
                && connection.lastChannel().written.equals(List.of("/kuteng:a")));
        assertTrue(outcome.isOpen());
        connection.ack(1, false);
        outcome.isConfirmed();
    }

    @Test
    void aRefusalIsKnownEvenIfTheConnectionBreaksBeforeItsReasonComes() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");

        broker.last().nack(1, false);
        broker.last().cut();

        assertEquals(SendFailedException.Kind.REFUSED, outcome.kind());
    }
}
