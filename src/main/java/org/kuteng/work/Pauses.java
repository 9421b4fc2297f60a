package org.kuteng.work;

import java.time.Duration;

/**
 * Pauses between tries, each longer than the one before, up to a limit. Several tries within one pause have the same
 * one. Not safe for use by several threads at once.
 */
final class Pauses {
    private final Duration first;
    private final Duration longest;
    private Duration current;
    private long sinceNanos;

    Pauses(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
    }

    /** The pause before the next try. */
    Duration next() {
        long now = System.nanoTime();
        if (current == null) {
            current = first;
            sinceNanos = now;
        } else if (now - sinceNanos >= current.toNanos()) {
            Duration doubled = current.multipliedBy(2);
            current = doubled.compareTo(longest) < 0 ? doubled : longest;
            sinceNanos = now;
        }
        return current;
    }

    /** A try succeeded: the next pause is the first again. */
    void reset() {
        current = null;
    }
}
