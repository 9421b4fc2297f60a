package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.kuteng.events.WorkEvents;

/** What the broker does not take, though it could. */
class RefusalTest extends PublisherFixture {
    private static final String REFUSED = "message for queue 'kuteng' was refused by the broker (basic.nack): the queue"
            + " is full, or has no leader";

    @Test
    void aRefusedMessageIsTriedOnAFreshChannelThenOnAFreshConnectionAndThenItsSenderIsTold() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");
        FakeConnection first = broker.last();

        first.nack(1, false);
        await().until(() ->
                first.channels.size() == 2 && first.lastChannel().written.equals(List.of("/kuteng:a")));
        assertEquals(1, broker.connections.size());
        assertTrue(outcome.isOpen());

        first.nack(1, false);
        awaitConnections(2);
        awaitWritten("/kuteng:a");
        assertTrue(outcome.isOpen());

        broker.last().nack(1, false);
        assertEquals(REFUSED, outcome.failure());
        assertEquals(SendFailedException.Kind.REFUSED, outcome.kind());
    }

    @Test
    void theConnectionThatServedBadlyEndsOnceNoChannelIsLeftOnIt() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome other = send(publisher, message("", "other", "x"));
        Outcome outcome = send(publisher, "a");
        FakeConnection first = broker.last();
        FakeChannel ofOther = first.channels.get(0);

        first.nack(1, false);
        await().until(() ->
                first.channels.size() == 3 && !first.lastChannel().written.isEmpty());
        first.nack(1, false);
        awaitConnections(2);
        awaitWritten("/kuteng:a");
        broker.last().ack(1, false);
        outcome.isConfirmed();

        assertTrue(ofOther.isOpen(), "it waits for an answer there");
        ofOther.ack(1, false);
        other.isConfirmed();
        await().until(() -> !first.isOpen());
        Outcome next = send(publisher, message("", "other", "y"));
        assertEquals(List.of("/kuteng:a", "/other:y"), broker.last().written);
        broker.last().ack(1, false);
        next.isConfirmed();
    }

    @Test
    void whileATargetRefusesFurtherMessagesAreToldAtOnceAndOneConfirmationEndsThat() throws Exception {
        Publisher publisher = publisher(PATIENT);
        refuse(publisher);
        FakeConnection second = broker.last();

        Outcome next = send(publisher, "b");
        second.nack(2, false);
        assertEquals(REFUSED, next.failure());
        assertEquals(2, broker.connections.size());
        assertEquals(1, second.channels.size());

        Outcome healed = send(publisher, "c");
        second.ack(3, false);
        healed.isConfirmed();
    }

    @Test
    void aRefusalHoldsForEveryNumberThatItNames() throws Exception {
        Publisher publisher = publisher(PATIENT);
        List<Outcome> outcomes = new ArrayList<>();
        for (String body : List.of("a", "b", "c")) {
            outcomes.add(send(publisher, body));
        }
        FakeConnection connection = broker.last();
        FakeChannel before = connection.lastChannel();

        before.nack(2, true);
        before.ack(3, true);

        outcomes.get(2).isConfirmed();
        await().until(() -> connection.channels.size() == 2
                && connection.lastChannel().written.equals(List.of("/kuteng:a", "/kuteng:b")));
        assertTrue(outcomes.get(0).isOpen());
        assertTrue(outcomes.get(1).isOpen());
        connection.ack(2, true);
        outcomes.forEach(Outcome::isConfirmed);
    }

    @Test
    void aConfirmationOfLaterNumbersNeverTouchesARefusedMessage() throws Exception {
        Publisher publisher = publisher(PATIENT);
        refuse(publisher);
        FakeConnection connection = broker.last();
        List<Outcome> refused = new ArrayList<>();
        List<Outcome> taken = new ArrayList<>();
        for (int number = 2; number <= 9; number += 2) {
            refused.add(send(publisher, "refused " + number));
            taken.add(send(publisher, "taken " + number));
            connection.nack(number, false);
        }

        connection.ack(9, true);

        refused.forEach(outcome -> assertEquals(REFUSED, outcome.failure()));
        taken.forEach(Outcome::isConfirmed);
    }

    @Test
    void aFullQueueDoesNotMakeAStormOfChannelsAndConnections() throws Exception {
        AtomicInteger refusals = new AtomicInteger();
        events = new WorkEvents() {
            @Override
            public void refused(String exchange, String routingKey) {
                refusals.incrementAndGet();
            }
        };
        Publisher publisher = publisher(settings(PATIENT, 10, true));
        // every second message finds room, as another one was just taken out
        AtomicInteger written = new AtomicInteger();
        broker.onOpen(this::answerEverySecond);
        answerEverySecond(broker.last());
        List<Outcome> outcomes = new ArrayList<>();

        long end = System.nanoTime() + 500_000_000L;
        while (System.nanoTime() < end && written.incrementAndGet() < 5_000) {
            outcomes.add(send(publisher, "m" + written));
        }

        outcomes.forEach(Outcome::isTold);
        long channels = broker.connections.stream()
                .mapToLong(connection -> connection.channels.size())
                .sum();
        assertTrue(channels <= 5, channels + " channels");
        assertTrue(broker.connections.size() <= 2, broker.connections.size() + " connections");
        assertTrue(refusals.get() > 100, refusals + " refusals");
    }

    private void answerEverySecond(FakeConnection connection) {
        connection.onWritten(() -> {
            FakeChannel channel = connection.lastChannel();
            int number = channel.written.size();
            if (number % 2 == 0) {
                channel.ack(number, false);
            } else {
                channel.nack(number, false);
            }
        });
    }

    @Test
    void aRefusedMessageThatFindsNoConnectionAnyMoreIsStillRefusedAndNotUnknown() throws Exception {
        Publisher publisher = publisher(settings(Duration.ofMillis(500), 10, true));
        Outcome outcome = send(publisher, "a");
        broker.goAway();
        FakeConnection first = broker.last();
        first.onWrite(first::cut);

        first.nack(1, false);

        assertEquals(SendFailedException.Kind.REFUSED, outcome.kind());
    }

    @Test
    void aRefusedMessageThatWasWrittenOnceMoreAndNotAnsweredHasAnUnknownOutcome() throws Exception {
        Publisher publisher = publisher(settings(Duration.ofMillis(500), 10, true));
        Outcome outcome = send(publisher, "a");
        FakeConnection first = broker.last();
        first.nack(1, false);
        await().until(() -> first.written.equals(List.of("/kuteng:a", "/kuteng:a")));

        broker.goAway();
        first.cut();

        assertEquals(SendFailedException.Kind.UNKNOWN, outcome.kind());
    }

    @Test
    void aChannelThatWasExchangedEndsThoughItsLastMessageWasNeverAnswered() throws Exception {
        Publisher publisher = publisher(settings(Duration.ofMillis(500), 10, true));
        Outcome refused = send(publisher, "a");
        Outcome forgotten = send(publisher, "b");
        FakeConnection connection = broker.last();
        FakeChannel exchanged = connection.lastChannel();

        exchanged.nack(1, false);
        await().until(() -> connection.channels.size() == 2
                && connection.lastChannel().written.equals(List.of("/kuteng:a")));
        connection.ack(1, false);

        refused.isConfirmed();
        assertEquals(SendFailedException.Kind.UNKNOWN, forgotten.kind());
        await().until(() -> !exchanged.isOpen());
    }

    /** Until the target is known to refuse. */
    private void refuse(Publisher publisher) throws InterruptedException {
        Outcome outcome = send(publisher, "first");
        FakeConnection first = broker.last();
        first.nack(1, false);
        await().until(() ->
                first.channels.size() == 2 && !first.lastChannel().written.isEmpty());
        first.nack(1, false);
        awaitConnections(2);
        awaitWritten("/kuteng:first");
        broker.last().nack(1, false);
        outcome.failure();
    }
}
