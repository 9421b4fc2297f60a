package org.kuteng.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.impl.LongStringHelper;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OwnHeadersTest {
    @Test
    void aCountIsAWholeNumberInItsRange() {
        for (Object wrong :
                Arrays.asList(-5, 0, 1_000_000_000, Long.MAX_VALUE, 1.5, "3", "foo", true, List.of(3), null)) {
            Map<String, Object> headers = new HashMap<>();
            headers.put(FailureHeaders.ATTEMPTS, wrong);
            assertEquals(0, OwnHeaders.count(headers, FailureHeaders.ATTEMPTS), String.valueOf(wrong));
            assertEquals(Map.of(), OwnHeaders.sendable(headers, Set.of()));
        }
        for (Object right : List.of(3, 3L, (short) 3, (byte) 3)) {
            assertEquals(3, OwnHeaders.count(Map.of(FailureHeaders.ATTEMPTS, right), FailureHeaders.ATTEMPTS));
        }
        assertEquals(0, OwnHeaders.count(null, FailureHeaders.ATTEMPTS));
    }

    @Test
    void aTimeIsOne() {
        for (Object wrong : List.of("yesterday", "", 5, LongStringHelper.asLongString("2026-13-31T12:00:00Z"))) {
            Map<String, Object> headers = Map.of(FailureHeaders.FIRST_FAILURE, wrong);
            assertEquals(Optional.empty(), OwnHeaders.time(headers, FailureHeaders.FIRST_FAILURE));
            assertEquals(Map.of(), OwnHeaders.sendable(headers, Set.of()));
        }
        Map<String, Object> right =
                Map.of(FailureHeaders.FIRST_FAILURE, LongStringHelper.asLongString("2026-01-31T12:00:00Z"));
        assertEquals(
                Instant.parse("2026-01-31T12:00:00Z"),
                OwnHeaders.time(right, FailureHeaders.FIRST_FAILURE).orElseThrow());
        assertEquals(right, OwnHeaders.sendable(right, Set.of()));
    }

    @Test
    void aTextIsNoLongerThanKutengWritesIt() {
        Map<String, Object> tooLong = Map.of(
                FailureHeaders.MESSAGE, LongStringHelper.asLongString(new byte[100_000]),
                FailureHeaders.ROUTE, "x".repeat(300),
                FailureHeaders.STEP, 7);
        assertEquals(Map.of(), OwnHeaders.sendable(tooLong, Set.of()));

        Map<String, Object> longest = Map.of(
                FailureHeaders.MESSAGE,
                LongStringHelper.asLongString("é".repeat(OwnHeaders.MAX_MESSAGE) + "…"),
                "tenant",
                "acme",
                "kuteng-of-a-later-version",
                7);
        assertEquals(longest, OwnHeaders.sendable(longest, Set.of()));
    }

    @Test
    void anIdCanBeShownAsItIs() {
        assertTrue(OwnHeaders.deadId(Map.of(FailureHeaders.DEAD_ID, "ab\u001b[31m"))
                .isEmpty());
        assertEquals(
                "ab12",
                OwnHeaders.deadId(Map.of(FailureHeaders.DEAD_ID, "ab12")).orElseThrow());
    }

    @Test
    void whatIsSentAgainIsNothingOfABrokers() {
        Map<String, Object> headers = Map.of("tenant", "acme", "x-death", List.of(), FailureHeaders.QUEUE, "kuteng");

        assertEquals(Map.of("tenant", "acme", FailureHeaders.QUEUE, "kuteng"), OwnHeaders.sendable(headers, Set.of()));
        assertEquals(Map.of("tenant", "acme"), OwnHeaders.sendable(headers, Set.of(FailureHeaders.QUEUE)));
    }
}
