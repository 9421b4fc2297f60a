package org.kuteng.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutageTest {
    private static final String AWAY = "broker at h:5672 is not reachable (connection refused)";
    private static final String REFUSED = "broker at h:5672 refused user 'joe'";

    private long now = Long.MAX_VALUE - 1_000; // the clock may overflow
    private final Outage outage = new Outage(Duration.ofSeconds(1), () -> now);

    private void pass(Duration duration) {
        now += duration.toNanos();
    }

    @Test
    void itIsSaidOnceWhenItBeginsAndOnceWhenItEnds() {
        assertEquals(Optional.of(AWAY + "; trying again"), outage.failed(AWAY));
        for (int second = 1; second < 60; second++) {
            pass(Duration.ofSeconds(1));
            assertEquals(Optional.empty(), outage.failed(AWAY));
        }
        assertTrue(outage.isOn());

        assertEquals(Optional.of(Duration.ofSeconds(59)), outage.over());
        assertFalse(outage.isOn());
        assertEquals(Optional.empty(), outage.over());
        assertEquals(Optional.of(AWAY + "; trying again"), outage.failed(AWAY));
    }

    @Test
    void anotherReasonIsSaidOnceHoweverOftenTheyTakeTurns() {
        outage.failed(AWAY);

        assertEquals(Optional.of(REFUSED + "; trying again"), outage.failed(REFUSED));
        for (int i = 0; i < 10; i++) {
            assertEquals(Optional.empty(), outage.failed(AWAY));
            assertEquals(Optional.empty(), outage.failed(REFUSED));
        }
    }

    @Test
    void reasonsThatNeverRepeatAreNotSaidForEver() {
        List<String> said = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            outage.failed("reason " + i).ifPresent(said::add);
        }

        assertEquals(10, said.size());
    }

    @Test
    void fromTimeToTimeItIsSaidThatItLasts() {
        outage.failed(AWAY);
        pass(Outage.REMINDER);

        assertEquals(Optional.of(AWAY + "; for 5 min now, trying again every 1500 ms"), outage.failed(AWAY));
        assertEquals(Optional.empty(), outage.failed(AWAY));
    }

    @Test
    void thePausesGrowUpToABoundAndStartAnew() {
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            outage.failed(AWAY);
            pauses.add(outage.pause().toMillis());
        }
        assertEquals(List.of(1_000L, 1_500L, 2_250L, 3_375L, 5_062L, 7_593L, 10_000L, 10_000L, 10_000L), pauses);

        outage.over();
        assertEquals(Duration.ofSeconds(1), outage.pause());
        outage.failed(AWAY);
        assertEquals(Duration.ofSeconds(1), outage.pause());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 ms",
        "999, 999 ms",
        "1000, 1 s",
        "1500, 1500 ms",
        "59000, 59 s",
        "61000, 1 min 1 s",
        "120000, 2 min",
        "3600000, 1 h",
        "5400000, 1 h 30 min"
    })
    void aDurationIsWrittenAsPeopleSayIt(long millis, String text) {
        assertEquals(text, Outage.text(Duration.ofMillis(millis)));
    }
}
