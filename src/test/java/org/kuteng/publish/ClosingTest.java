package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** The end of a publisher. */
class ClosingTest extends PublisherFixture {

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
    void closingWaitsNoLongerThanItMay() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");
        long begin = System.nanoTime();

        publisher.close(begin + Duration.ofMillis(100).toNanos());

        assertTrue(System.nanoTime() - begin < Duration.ofSeconds(5).toNanos());
        assertEquals(SendFailedException.Kind.UNKNOWN, outcome.kind());
    }

    @Test
    void whatIsStillUnconfirmedWhenTheTimeIsUpHasAnUnknownOutcome() throws Exception {
        Publisher publisher = publisher(PATIENT);
        Outcome outcome = send(publisher, "a");
        broker.last().block();

        publisher.close();
        publisher.close();

        assertEquals(
                "outcome unknown for the message for queue 'kuteng': kuteng is stopping; the broker may have it or not",
                outcome.failure());
        assertFalse(broker.last().isOpen());
        assertEquals(1, broker.connections.size());
        assertEquals(
                "message for queue 'kuteng' not sent: kuteng is stopping",
                assertThrows(SendFailedException.class, () -> send(publisher, "b"))
                        .getMessage());
    }

    @Test
    void afterwardsASendToATargetThatWasNotUsedBeforeFailsAtOnceToo() {
        Publisher publisher = publisher(PATIENT);
        publisher.close();

        SendFailedException thrown = assertTimeoutPreemptively(
                PATIENT.dividedBy(4),
                () -> assertThrows(SendFailedException.class, () -> send(publisher, message("", "other", "a"))));

        assertEquals("message for queue 'other' not sent: kuteng is stopping", thrown.getMessage());
    }

    @Test
    void whatWaitsForABrokerThatIsAwayIsToldAtTheEndOnce() throws Exception {
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
        publisher.declare(NOTHING);
        Outcome outcome = send(publisher, "a");

        broker.last().ack(1, false);

        outcome.isConfirmed();
    }
}
