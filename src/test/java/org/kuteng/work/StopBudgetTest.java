package org.kuteng.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopBudgetTest {
    /** What may pass between two readings of the clock. */
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    @ParameterizedTest
    @CsvSource({"0, 0, 1", "1, 0, 1", "3, 2, 3", "8, 6, 8", "25, 22, 25", "120, 117, 120"})
    void theFarewellIsTheLastPartOfTheTime(long total, long wait, long end) {
        StopBudget budget = new StopBudget(Duration.ofSeconds(total));
        budget.begin();
        assertAlmost(Duration.ofSeconds(wait), budget.waitLeft());
        assertAlmost(Duration.ofSeconds(end), budget.left());
        assertEquals(wait == 0, budget.isWaitOver());
    }

    @Test
    void theTimeRunsFromTheFirstBegin() {
        StopBudget budget = new StopBudget(Duration.ofSeconds(25));
        assertFalse(budget.hasBegun());
        assertFalse(budget.isWaitOver());
        assertEquals(Duration.ofSeconds(25), budget.waitLeft());
        assertTrue(budget.begin());
        long first = budget.waitEnd();
        assertFalse(budget.begin());
        assertEquals(first, budget.waitEnd());
    }

    @Test
    void cutShortItWaitsForNothingButStillHasItsFarewell() {
        StopBudget budget = new StopBudget(Duration.ofSeconds(25));
        budget.begin();
        assertTrue(budget.cutShort());
        assertTrue(budget.isWaitOver());
        assertTrue(budget.isCutShort());
        assertAlmost(StopBudget.FAREWELL, budget.left());
        assertFalse(budget.cutShort());
    }

    @Test
    void thereIsNothingToCutShortInTheFarewell() {
        StopBudget budget = new StopBudget(Duration.ZERO);
        budget.begin();
        assertFalse(budget.cutShort());
        assertAlmost(StopBudget.SHORTEST_FAREWELL, budget.left());
    }

    private static void assertAlmost(Duration expected, Duration actual) {
        Duration difference = expected.minus(actual);
        assertTrue(
                !difference.isNegative() && difference.compareTo(TOLERANCE) < 0,
                "expected " + expected + " but was " + actual);
    }
}
