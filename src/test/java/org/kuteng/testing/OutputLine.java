package org.kuteng.testing;

import java.time.Duration;

/**
 * A line that a process wrote.
 *
 * @param after the time since the process was started
 */
public record OutputLine(Duration after, Source source, String text) {
    public enum Source {
        OUT,
        ERR
    }

    @Override
    public String toString() {
        return "%8.3f %s| %s".formatted(after.toMillis() / 1000.0, source, text);
    }
}
