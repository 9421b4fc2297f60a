package org.kuteng.app.reload;

import java.time.Duration;

/**
 * Several files that are saved together, or one that is written in pieces, are one change: it is over when nothing has
 * stirred for a while. Times are in terms of {@link System#nanoTime()}.
 */
final class Settling {
    /** Editors write, rename and delete within a few milliseconds; a person does not notice this. */
    static final Duration QUIET = Duration.ofMillis(200);

    /** What never comes to rest is looked at all the same; a file that is half written is a fault that passes. */
    static final Duration LONGEST = Duration.ofSeconds(2);

    private final long begun;
    private long stirred;

    /** @param now when the first file stirred */
    Settling(long now) {
        begun = now;
        stirred = now;
    }

    /** Another file has stirred, or the same once more. */
    void stir(long now) {
        stirred = now;
    }

    /** How long to wait from now on if nothing stirs; zero or less: not at all. */
    long nanosLeft(long now) {
        return Math.min(stirred + QUIET.toNanos() - now, begun + LONGEST.toNanos() - now);
    }
}
