package org.kuteng.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kuteng.chaos.FullQueuePlan.Place;
import org.kuteng.testing.DeliveryLedger;

/** The check is shown a fault of each kind. */
class FullQueueReportTest {
    private static final FullQueuePlan PLAN = new FullQueuePlan(Place.WORK, "durable", 3, 100, true);

    private final DeliveryLedger ledger = new DeliveryLedger();

    FullQueueReportTest() {
        Stream.of("a", "b", "c").forEach(ledger::confirmed);
        ledger.done("a");
        ledger.buried("b");
    }

    private FullQueueReport report(int timesFull, String... left) {
        return new FullQueueReport(PLAN, ledger, Set.of(left), timesFull, Duration.ZERO);
    }

    @Test
    void allDoneOrBuriedIsAsPromised() {
        ledger.done("c");
        assertTrue(report(1).isAsPromised());
    }

    @Test
    void whatIsNowhereIsLost() {
        assertEquals(List.of("c"), report(1).lost());
        assertEquals(List.of(), report(1).stuck());
        assertFalse(report(1).isAsPromised());
    }

    @Test
    void whatLiesInAQueueIsStuck() {
        assertEquals(List.of(), report(1, "c").lost());
        assertEquals(List.of("c"), report(1, "c").stuck());
        assertFalse(report(1, "c").isAsPromised());
    }

    @Test
    void aQueueThatWasNeverFullShowsNothing() {
        ledger.done("c");
        assertFalse(report(0).isAsPromised());
    }
}
