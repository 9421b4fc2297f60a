package org.kuteng.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kuteng.events.Outcome;
import org.kuteng.work.Delivery;
import org.kuteng.work.Failure;
import org.kuteng.work.FailureHandler.FailedWork;
import org.kuteng.work.FailureHandler.Move;

@Timeout(30)
class FailureHandlingTest {
    private final FailureHandling handling = new FailureHandling(
            new RetrySettings(List.of(Duration.ofSeconds(1), Duration.ofSeconds(2)), List.of(), 3),
            Set::of,
            route -> null);

    private final Map<String, Object> headers = new HashMap<>();

    private Delivery delivery(String queue) {
        return new Delivery(
                queue,
                "work",
                new Envelope(1, true, "", queue),
                new BasicProperties.Builder().headers(headers).build(),
                new byte[0]);
    }

    private Move afterFailure(Throwable cause) {
        return handling.afterFailure(
                new FailedWork(delivery("work"), new Failure(cause, "route", "step", false), null));
    }

    private static Map<String, Object> headers(Move move) {
        return move.message().properties().getHeaders();
    }

    @Test
    void aForgedCountOfAttemptsNeitherThrowsNorCounts() {
        for (Object forged : List.of(-5, Integer.MIN_VALUE, 1_000_000_000, Integer.MAX_VALUE, Long.MIN_VALUE, "foo")) {
            headers.put(FailureHeaders.ATTEMPTS, forged);
            headers.put(FailureHeaders.CRASHES, forged);

            Move move = afterFailure(new IllegalStateException("no"));

            assertEquals(Outcome.RETRIED, move.outcome(), String.valueOf(forged));
            assertEquals("work.retry.1s", move.message().routingKey());
            assertEquals(1, headers(move).get(FailureHeaders.ATTEMPTS));
            assertNull(headers(move).get(FailureHeaders.CRASHES));
            assertEquals(
                    1,
                    headers(handling.beforeWork(delivery("work.redelivered"), null))
                            .get(FailureHeaders.CRASHES));
        }
    }

    @Test
    void attemptsThatWereSpentBySomebodyElseAreSpent() {
        headers.put(FailureHeaders.ATTEMPTS, 9_999);
        assertEquals(
                Outcome.BURIED, afterFailure(new IllegalStateException("no")).outcome());
    }

    @Test
    void whateverAnExceptionDoesTheMessageHasAnOutcome() {
        RuntimeException hostile = new RuntimeException() {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new IllegalStateException();
            }

            @Override
            public StackTraceElement[] getStackTrace() {
                throw new StackOverflowError();
            }

            @Override
            public String toString() {
                throw new OutOfMemoryError();
            }
        };
        Exception circle = new Exception("first");
        circle.initCause(new Exception("second", circle));

        for (Throwable cause : List.of(hostile, circle, new Exception(), new Exception("x".repeat(10_000_000)))) {
            Move move = afterFailure(cause);
            assertEquals(Outcome.RETRIED, move.outcome());
            assertEquals(cause.getClass().getName(), headers(move).get(FailureHeaders.EXCEPTION));
            int bytes = HeaderFit.frameSize(move.message().properties());
            assertTrue(bytes < 20_000, () -> bytes + " bytes");
        }
    }

    @Test
    void theBooksOfABrokerAreToldAndNotSent() {
        headers.put("x-death", List.of(Map.of("reason", "expired", "queue", "orders")));
        headers.put("x-delivery-count", 2L);

        Map<String, Object> sent = headers(afterFailure(new IllegalStateException("no")));

        assertEquals("expired in queue 'orders'", sent.get(FailureHeaders.BROKER));
        assertTrue(sent.keySet().stream().allMatch(name -> name.startsWith(FailureHeaders.PREFIX)), sent::toString);
        for (Move move :
                List.of(handling.beforeWork(delivery("work"), null), handling.handBack(delivery("work.redelivered")))) {
            assertFalse(headers(move).containsKey("x-death"));
            assertEquals("expired in queue 'orders'", headers(move).get(FailureHeaders.BROKER));
        }
    }

    @Test
    void whatAReturnFromARetryQueueAddsIsNotWorthTelling() {
        headers.put("x-death", List.of(Map.of("reason", "expired", "queue", "work.retry.1s")));
        headers.put(FailureHeaders.BROKER, "expired in queue 'orders'");

        assertEquals(
                "expired in queue 'orders'",
                headers(afterFailure(new IllegalStateException("no"))).get(FailureHeaders.BROKER));
        headers.remove(FailureHeaders.BROKER);
        assertNull(headers(afterFailure(new IllegalStateException("no"))).get(FailureHeaders.BROKER));
    }
}
