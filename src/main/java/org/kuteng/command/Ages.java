package org.kuteng.command;

import java.time.Duration;
import java.time.Instant;

/** How long ago something was, in the largest unit that fits. */
final class Ages {
    private Ages() {}

    static String since(Instant then, Instant now) {
        return text(Duration.between(then, now));
    }

    static String text(Duration age) {
        // clocks differ: a little in the future is now
        long seconds = Math.max(0, age.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + "m";
        }
        return seconds < 86_400 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
    }
}
