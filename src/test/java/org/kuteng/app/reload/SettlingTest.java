package org.kuteng.app.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SettlingTest {
    private static final long QUIET = Settling.QUIET.toNanos();
    private static final long LONGEST = Settling.LONGEST.toNanos();

    /** System.nanoTime() may be anything. */
    private static final long NOW = Long.MAX_VALUE - 2 * QUIET;

    @Test
    void oneSaveHasSettledWhenItHasBeenQuietForAWhile() {
        Settling settling = new Settling(NOW);
        assertEquals(QUIET, settling.nanosLeft(NOW));
        assertEquals(1, settling.nanosLeft(NOW + QUIET - 1));
        assertEquals(0, settling.nanosLeft(NOW + QUIET));
    }

    @Test
    void furtherSavesAreWaitedFor() {
        Settling settling = new Settling(NOW);
        settling.stir(NOW + QUIET - 1);
        assertEquals(QUIET - 1, settling.nanosLeft(NOW + QUIET));
        assertEquals(0, settling.nanosLeft(NOW + 2 * QUIET - 1));
    }

    @Test
    void whatNeverRestsIsLookedAtAllTheSame() {
        Settling settling = new Settling(NOW);
        for (long passed = 0; passed < LONGEST; passed += QUIET / 2) {
            settling.stir(NOW + passed);
            assertTrue(settling.nanosLeft(NOW + passed) > 0);
        }
        settling.stir(NOW + LONGEST);
        assertTrue(settling.nanosLeft(NOW + LONGEST) <= 0);
    }
}
