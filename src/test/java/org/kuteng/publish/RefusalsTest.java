package org.kuteng.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.kuteng.publish.Refusals.Cure;

class RefusalsTest {
    private final Refusals refusals = new Refusals();
    private long now = 1_000;

    @Test
    void aFreshChannelThenAFreshConnectionThenTheSenderIsTold() {
        assertEquals(Cure.FRESH_CHANNEL, refused());
        assertEquals(Cure.FRESH_CONNECTION, refused());
        assertEquals(Cure.TELL, refused());
        assertTrue(refusals.isUnderCure());
    }

    @Test
    void whatComesFromAChannelThatWasExchangedIsSentAgainOnTheFreshOne() {
        refused();
        assertEquals(Cure.AGAIN, refusals.refused(1, false, now));
        refusals.confirmed();
        assertEquals(Cure.AGAIN, refusals.refused(1, false, now));
        assertEquals(Cure.TELL, refusals.refused(2, false, now));
    }

    @Test
    void whileNothingHelpsItIsTriedAgainWithGrowingPauses() {
        refused();
        refused();
        refused();
        for (int seconds : new int[] {1, 2, 4, 8, 10, 10}) {
            assertEquals(Cure.TELL, refused());
            after(Duration.ofSeconds(seconds));
            assertEquals(Cure.FRESH_CONNECTION, refused());
            assertEquals(Cure.TELL, refused());
        }
    }

    @Test
    void aConfirmationEndsItAndTheNextRefusalWaitsForThePause() {
        refused();
        refusals.confirmed();
        assertFalse(refusals.isUnderCure());

        assertEquals(Cure.TELL, refused());
        after(Refusals.FIRST_PAUSE);
        assertEquals(Cure.FRESH_CHANNEL, refused());
    }

    @Test
    void afterALongTimeWithoutARefusalPausesBeginAnew() {
        refused();
        refused();
        refused();
        after(Duration.ofSeconds(5));
        refused();
        refusals.confirmed();

        after(Refusals.FORGOTTEN_AFTER);
        after(Duration.ofNanos(1));
        assertEquals(Cure.FRESH_CHANNEL, refused());
    }

    private Cure refused() {
        return refusals.refused(1, true, now);
    }

    private void after(Duration time) {
        now += time.toNanos();
    }
}
