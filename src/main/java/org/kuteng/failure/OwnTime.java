package org.kuteng.failure;

import java.time.Instant;

/**
 * Writes times as headers of a failed message have them, and knows such a time again: Java's formatter takes longer for
 * one than it takes to look at all other headers, and is made for more.
 */
final class OwnTime {
    /** A digit stands for any digit. */
    private static final String FORM = "0000-00-00T00:00:00.000Z";

    private static final int MONTH = 5;
    private static final int DAY = 8;
    private static final int HOUR = 11;
    private static final int MINUTE = 14;
    private static final int SECOND = 17;

    private static final int MILLIS_OF_SECOND = 1_000;

    /** A second and its text but for the milliseconds. */
    private record Second(long second, String text) {}

    /** The last second that was written. */
    private static volatile Second last = new Second(-1, "");

    private OwnTime() {}

    /** A time to the millisecond, ISO 8601, UTC. */
    static String text(long epochMillis) {
        long second = Math.floorDiv(epochMillis, MILLIS_OF_SECOND);
        Second known = last;
        if (known.second != second) {
            String whole = Instant.ofEpochSecond(second).toString();
            known = new Second(second, whole.substring(0, whole.length() - 1));
            last = known;
        }
        int millis = Math.floorMod(epochMillis, MILLIS_OF_SECOND);
        return known.text + (millis < 10 ? ".00" : millis < 100 ? ".0" : ".") + millis + "Z";
    }

    /** Whether it is a valid time for certain; if not, it may be one all the same. */
    static boolean isCertain(String text) {
        if (text.length() != FORM.length()) {
            return false;
        }
        for (int i = 0; i < FORM.length(); i++) {
            char c = text.charAt(i);
            if (FORM.charAt(i) == '0' ? c < '0' || c > '9' : c != FORM.charAt(i)) {
                return false;
            }
        }
        // 28 is a day of every month: for the rest one would need a calendar
        return isWithin(text, MONTH, 1, 12)
                && isWithin(text, DAY, 1, 28)
                && isWithin(text, HOUR, 0, 23)
                && isWithin(text, MINUTE, 0, 59)
                && isWithin(text, SECOND, 0, 59);
    }

    private static boolean isWithin(String text, int at, int least, int most) {
        int number = (text.charAt(at) - '0') * 10 + text.charAt(at + 1) - '0';
        return number >= least && number <= most;
    }
}
