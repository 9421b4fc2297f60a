package org.kuteng.untrusted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerHeadersTest {
    private static final Map<String, Object> DEATH =
            Map.of("reason", "expired", "queue", "orders", "count", 3L, "exchange", "");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-death",
                "x-first-death-queue",
                "x-last-death-reason",
                "x-delivery-count",
                "x-acquired-count",
                "x-opt-anything",
                "x-received-from"
            })
    void aBrokersHeaderIsKnownByItsName(String name) {
        assertTrue(BrokerHeaders.isBookkeeping(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tenant", "x-tenant", "x-deathly", "kuteng-attempts", "CC", ""})
    void othersAreNoBrokers(String name) {
        assertFalse(BrokerHeaders.isBookkeeping(name));
    }

    @Test
    void whereAMessageDiedIsToldInWords() {
        Map<String, Object> headers = new HashMap<>();
        headers.put("x-death", List.of(DEATH, Map.of("reason", "rejected", "queue", "own.retry.1s")));
        headers.put("x-first-death-queue", "orders");
        headers.put("x-delivery-count", 3);
        headers.put("x-opt-trace", "abc");
        headers.put("tenant", "acme");

        assertEquals(
                "expired in queue 'orders' 3 times; x-opt-trace=abc",
                BrokerHeaders.describe(headers, queue -> queue.startsWith("own."))
                        .orElseThrow());
        assertEquals("orders", BrokerHeaders.lastDeath(headers).orElseThrow().get("queue"));
    }

    @Test
    void whatTellsNothingIsNotTold() {
        assertTrue(
                BrokerHeaders.describe(Map.of("tenant", "acme"), queue -> false).isEmpty());
        assertTrue(BrokerHeaders.describe(Map.of("x-delivery-count", 5), queue -> false)
                .isEmpty());
        assertTrue(BrokerHeaders.describe(Map.of("x-death", List.of(DEATH)), queue -> true)
                .isEmpty());
    }

    @Test
    void whatNoBrokerWritesIsShownWithoutBeingBelieved() {
        assertEquals(
                "x-death=[foo]",
                BrokerHeaders.describe(Map.of("x-death", List.of("foo")), queue -> false)
                        .orElseThrow());
        List<Object> circle = new ArrayList<>();
        circle.add(circle);
        assertEquals(
                "x-death=[…]",
                BrokerHeaders.describe(Map.of("x-death", circle), queue -> false)
                        .orElseThrow());
        assertTrue(BrokerHeaders.lastDeath(Map.of("x-death", "foo")).isEmpty());
        assertTrue(BrokerHeaders.lastDeath(null).isEmpty());

        Map<String, Object> many = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            many.put("x-opt-" + i, "x".repeat(1_000));
        }
        assertEquals(
                BrokerHeaders.MAX_DESCRIPTION + 1,
                BrokerHeaders.describe(many, queue -> false).orElseThrow().length());
    }
}
