package org.kuteng.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DifferenceTest {

    private static Difference of(String argument, String rest) {
        return Difference.parse("PRECONDITION_FAILED - inequivalent arg '" + argument
                        + "' for queue 'q' in vhost 'kuteng': " + rest)
                .orElseThrow();
    }

    @Test
    void valuesAreReadAsRabbitMQWritesThem() {
        assertEquals(
                new Difference("x-queue-type", "classic", "quorum", "kuteng"),
                of("x-queue-type", "received 'classic' but current is 'quorum', class-id=50"));
        assertEquals(
                new Difference("x-queue-type", null, "quorum", "kuteng"),
                of("x-queue-type", "received none but current is the value 'quorum' of type 'longstr'"));
        assertEquals(
                new Difference("x-delivery-limit", 1_000_000, null, "kuteng"),
                of("x-delivery-limit", "received the value '1000000' of type 'signedint' but current is none"));
        assertEquals(
                new Difference("x-message-ttl", 5, 10_000_000_000L, "kuteng"),
                of("x-message-ttl", "received '5' but current is '10000000000'"));
        assertEquals(
                new Difference("durable", true, false, "kuteng"),
                of("durable", "received 'true' but current is 'false'"));
        assertEquals(
                new Difference("x-dead-letter-routing-key", null, "7", "kuteng"),
                of("x-dead-letter-routing-key", "received none but current is the value '7' of type 'longstr'"));
    }

    @Test
    void otherReasonsAreNone() {
        assertEquals(
                Optional.empty(),
                Difference.parse("PRECONDITION_FAILED - invalid arg 'x-queue-type' for queue 'q' in vhost 'kuteng':"
                        + " \"unsupported queue type '?'\""));
    }

    @Test
    void whatTheQueueHasIsTakenOver() {
        Map<String, Object> arguments = new HashMap<>(Map.of("x-queue-type", "classic", "x-delivery-limit", 5));

        of("x-queue-type", "received 'classic' but current is 'quorum'").takeOver(arguments);
        of("x-delivery-limit", "received '5' but current is none").takeOver(arguments);

        assertEquals(Map.of("x-queue-type", "quorum"), arguments);
    }
}
