package org.kuteng.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedArgumentsTest {

    @Test
    void noArgumentsStayNone() {
        assertEquals(Map.of(), EmbeddedArguments.translate(null));
        assertEquals(Map.of(), EmbeddedArguments.translate(Map.of()));
    }

    @Test
    void aRetryQueueIsTimeToLiveAndAlternateBinding() {
        assertEquals(
                Map.of("maximumMessageTtl", 1000L, "alternateBinding", Map.of("destination", "work")),
                EmbeddedArguments.translate(Map.of(
                        "x-message-ttl",
                        1000,
                        "x-dead-letter-exchange",
                        "",
                        "x-dead-letter-routing-key",
                        "work",
                        "x-dead-letter-strategy",
                        "at-least-once",
                        "x-overflow",
                        "reject-publish",
                        "x-queue-type",
                        "quorum")));
    }

    @Test
    void aTimeToLiveOfNothingExpiresAtOnceAndNotNever() {
        assertEquals(Map.of("maximumMessageTtl", 1L), EmbeddedArguments.translate(Map.of("x-message-ttl", 0)));
    }

    @ParameterizedTest
    @CsvSource({"drop-head, RING", "reject-publish, REJECT"})
    void aLengthTakesItsOverflowPolicyAlong(String rabbit, String qpid) {
        assertEquals(
                Map.of("maximumQueueDepthMessages", 5L, "overflowPolicy", qpid),
                EmbeddedArguments.translate(Map.of("x-max-length", 5, "x-overflow", rabbit)));
    }

    @ParameterizedTest
    @CsvSource({"1, 10", "9, 10", "10, 12", "255, 502"})
    void prioritiesGetLevelsEnough(int highest, long levels) {
        assertEquals(
                Map.of("x-qpid-priorities", levels), EmbeddedArguments.translate(Map.of("x-max-priority", highest)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-expires", "x-delivery-limit", "x-queue-mode", "x-quorum-initial-group-size"})
    void whatNeedsNoTranslationIsDropped(String name) {
        assertEquals(Map.of(), EmbeddedArguments.translate(Map.of(name, 3)));
    }

    @Test
    void whatItDoesNotKnowIsLeftAsItIs() {
        Map<String, Object> unknown = Map.of("x-single-active-consumer", true, "maximumDeliveryAttempts", 3);

        assertEquals(unknown, EmbeddedArguments.translate(unknown));
    }

    @ParameterizedTest
    @CsvSource({
        "x-queue-type, stream, use classic or quorum",
        "x-dead-letter-exchange, '', name the queue with x-dead-letter-routing-key",
        "x-message-ttl, soon, 'it must be a whole number, 0 or more'",
        "x-max-length, -1, 'it must be a whole number, 0 or more'"
    })
    void whatWouldLoseMessagesIsRefused(String name, String value, String remedy) {
        var failure =
                assertThrows(EmbeddedBrokerException.class, () -> EmbeddedArguments.translate(Map.of(name, value)));

        assertEquals(
                "queue argument " + name + "=" + value + " cannot be used on the embedded broker: " + remedy
                        + ", or run on RabbitMQ",
                failure.getMessage());
    }

    @Test
    void whatHasNoEffectIsNamed() {
        Map<String, Object> arguments = Map.of(
                "x-expires",
                1000,
                "x-delivery-limit",
                5,
                "x-of-nobody",
                1,
                "x-max-length",
                3,
                "x-queue-type",
                "quorum");

        assertEquals(
                List.of("x-delivery-limit", "x-expires", "x-of-nobody"), EmbeddedArguments.withoutEffect(arguments));
        for (QueueType type : QueueType.values()) {
            assertEquals(List.of(), withoutEffect(Queues.work("kuteng", type, Map.of("maximumMessageTtl", 5))));
            assertEquals(List.of(), withoutEffect(Queues.dead("kuteng", type)));
        }
        assertEquals(List.of(), withoutEffect(Queues.retry("kuteng", Duration.ofSeconds(1))));
    }

    private static Collection<String> withoutEffect(QueueDefinition queue) {
        return EmbeddedArguments.withoutEffect(queue.arguments());
    }
}
