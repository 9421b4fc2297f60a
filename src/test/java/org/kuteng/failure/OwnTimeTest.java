package org.kuteng.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnTimeTest {
    @Test
    void aTimeIsWrittenToTheMillisecond() {
        assertEquals(
                "2026-01-31T12:00:00.000Z",
                OwnTime.text(Instant.parse("2026-01-31T12:00:00Z").toEpochMilli()));
        assertEquals(
                "2026-01-31T12:00:00.007Z",
                OwnTime.text(Instant.parse("2026-01-31T12:00:00.007Z").toEpochMilli()));
        assertEquals(
                "2026-01-31T12:00:00.080Z",
                OwnTime.text(Instant.parse("2026-01-31T12:00:00.08Z").toEpochMilli()));
        assertEquals(
                "2026-01-31T12:00:01.900Z",
                OwnTime.text(Instant.parse("2026-01-31T12:00:01.9Z").toEpochMilli()));
    }

    @Test
    void aTimeThatWasWrittenIsReadAsTheSame() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            long millis = random.nextLong(4_000_000_000_000L);
            assertEquals(millis, Instant.parse(OwnTime.text(millis)).toEpochMilli());
        }
    }

    @Test
    void whatIsCertainlyATimeIsOne() {
        Random random = new Random(1);
        int certain = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(OwnTime.text(random.nextLong(4_000_000_000_000L)));
            text.setCharAt(random.nextInt(text.length()), "0123456789-:TZ. x".charAt(random.nextInt(17)));
            if (OwnTime.isCertain(text.toString())) {
                certain++;
                assertTrue(isTime(text.toString()), text::toString);
            }
        }
        assertTrue(certain > 1_000, "the test looked at some");
    }

    private static boolean isTime(String text) {
        try {
            return Instant.parse(text) != null;
        } catch (DateTimeException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "2026-13-01T12:00:00.000Z",
                "2026-00-01T12:00:00.000Z",
                "2026-02-30T12:00:00.000Z",
                "2026-02-00T12:00:00.000Z",
                "2026-01-01T25:00:00.000Z",
                "2026-01-01T12:60:00.000Z",
                "2026-01-01T12:00:60.000Z",
                "2026-01-01 12:00:00.000Z",
                "2026-01-01T12:00:00Z"
            })
    void ofOthersItIsNotCertain(String text) {
        assertFalse(OwnTime.isCertain(text));
    }
}
