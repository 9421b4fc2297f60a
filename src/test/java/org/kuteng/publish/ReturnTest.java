package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.Topology;

/** What no queue takes. */
class ReturnTest extends PublisherFixture {
    private static final String RETURNED = "message for queue 'kuteng' was returned: no queue takes it (312 NO_ROUTE)";

    @Test
    void aReturnedMessageFailsThoughRabbitMQAcknowledgesItAfterwards() throws Exception {
        Publisher publisher = publisher(PATIENT);
        OutgoingMessage message = message("a");
        Outcome outcome = send(publisher, message);

        broker.last().giveBack(message);
        broker.last().ack(1, false);

        assertEquals(RETURNED, outcome.failure());
        assertEquals(SendFailedException.Kind.RETURNED, outcome.kind());
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
        assertEquals(RETURNED, second.failure());
    }

    @Test
    void aQueueThatWasDeclaredHereAndIsGoneIsDeclaredAgainAndTheMessageSentAgain() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.declare(QUEUE);
        OutgoingMessage message = message("a");
        Outcome outcome = send(publisher, message);

        giveBack(message, 1);

        awaitWritten("/kuteng:a", "/kuteng:a");
        assertEquals(List.of("kuteng", "kuteng"), broker.last().declared);
        assertTrue(outcome.isOpen());
        broker.last().ack(2, false);
        outcome.isConfirmed();
    }

    @Test
    void whatAWorkerDeclaredIsDeclaredOnlyWhenItIsGone() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.remember(QUEUE);
        OutgoingMessage message = message("a");
        send(publisher, message);
        assertEquals(List.of(), broker.last().declared);

        giveBack(message, 1);

        awaitWritten("/kuteng:a", "/kuteng:a");
        assertEquals(List.of("kuteng"), broker.last().declared);
    }

    @Test
    void aMessageThatIsReturnedAgainFailsThoughItsQueueWasDeclared() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.declare(QUEUE);
        OutgoingMessage message = message("a");
        Outcome outcome = send(publisher, message);

        giveBack(message, 1);
        awaitWritten("/kuteng:a", "/kuteng:a");
        giveBack(message, 2);

        assertEquals(RETURNED, outcome.failure());
    }

    @Test
    void aQueueThatVanishesAtOnceIsNotDeclaredOnceMoreForEachMessage() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.declare(QUEUE);
        OutgoingMessage first = message("a");
        send(publisher, first);
        giveBack(first, 1);
        awaitWritten("/kuteng:a", "/kuteng:a");
        broker.last().ack(2, false);
        OutgoingMessage second = message("b");
        Outcome outcome = send(publisher, second);

        giveBack(second, 3);

        assertEquals(RETURNED, outcome.failure());
        assertEquals(List.of("kuteng", "kuteng"), broker.last().declared);
    }

    @Test
    void whatWasWrittenBeforeTheQueueWasDeclaredAgainIsSentAgainWithoutAnotherDeclaration() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.declare(QUEUE);
        OutgoingMessage first = message("a");
        OutgoingMessage second = message("b");
        send(publisher, first);
        send(publisher, second);

        giveBack(first, 1);
        awaitWritten("/kuteng:a", "/kuteng:b", "/kuteng:a");
        giveBack(second, 2);

        awaitWritten("/kuteng:a", "/kuteng:b", "/kuteng:a", "/kuteng:b");
        assertEquals(List.of("kuteng", "kuteng"), broker.last().declared);
    }

    @Test
    void aQueueThatNobodyNeedsAnyMoreIsNotDeclaredAgain() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.declare(QUEUE);
        publisher.declare(QUEUE);
        publisher.forget(QUEUE);
        publisher.forget(QUEUE);
        OutgoingMessage message = message("a");
        Outcome outcome = send(publisher, message);

        giveBack(message, 1);

        assertEquals(RETURNED, outcome.failure());
    }

    @Test
    void aReconnectSendsBeforeItLooksAtWhatWasDeclared() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.declare(QUEUE);
        Outcome outcome = send(publisher, "a");

        broker.last().cut();

        awaitConnections(2);
        awaitWritten("/kuteng:a");
        broker.last().ack(1, false);
        outcome.isConfirmed();
        await().until(() -> broker.last().declared.equals(List.of("kuteng")));
    }

    @Test
    void aQueueThatExistsWithOtherArgumentsByNowIsToldToThoseWhoCareForIt() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.declare(QUEUE);
        CompletableFuture<BrokerException> refused = new CompletableFuture<>();
        publisher.onRefusal((topology, fault) -> refused.complete(fault));
        OutgoingMessage message = message("a");
        Outcome outcome = send(publisher, message);
        broker.last()
                .refuseDeclarations(
                        AMQP.PRECONDITION_FAILED,
                        "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'kuteng' in vhost '/': received"
                                + " 'true' but current is 'false'");

        giveBack(message, 1);

        assertTrue(refused.get().getMessage().contains("exists with other arguments"));
        assertEquals(SendFailedException.Kind.RETURNED, outcome.kind());
        assertTrue(outcome.failure().contains("exists with other arguments"), outcome.failure());
        Outcome next = send(publisher, "b");
        broker.last().ack(2, false);
        next.isConfirmed();
    }

    @Test
    void aDeclarationThatFailsForNowIsTriedAgainAndMeanwhileTheMessageWaits() throws Exception {
        Publisher publisher = publisher(PATIENT);
        publisher.declare(QUEUE);
        OutgoingMessage message = message("a");
        Outcome outcome = send(publisher, message);
        broker.last().refuseDeclarations(AMQP.RESOURCE_LOCKED, "RESOURCE_LOCKED - another has it");
        giveBack(message, 1);
        await().until(() -> publisher.unconfirmed() == 1);
        assertTrue(outcome.isOpen());

        broker.last().allowDeclarations();

        awaitWritten("/kuteng:a", "/kuteng:a");
        broker.last().ack(2, false);
        outcome.isConfirmed();
    }

    @Test
    void anExchangeThatIsGoneIsDeclaredAgainThoughItClosesTheChannel() throws Exception {
        Topology topology = new Topology(
                List.of(new Topology.ExchangeDefinition("orders", "topic", true, false, Map.of())),
                List.of(),
                List.of());
        Publisher publisher = publisher(PATIENT);
        publisher.remember(topology);
        Outcome outcome = send(publisher, message("orders", "eu", "a"));

        broker.last().closeChannel(AMQP.NOT_FOUND, "NOT_FOUND - no exchange 'orders' in vhost 'kuteng'");

        awaitWritten("orders/eu:a", "orders/eu:a");
        assertEquals(List.of("exchange orders"), broker.last().declared);
        broker.last().ack(1, false);
        outcome.isConfirmed();
    }

    private void giveBack(OutgoingMessage message, long number) {
        broker.last().giveBack(message);
        broker.last().ack(number, false);
    }
}
