package org.kuteng.once;

import java.time.Duration;
import java.util.function.Function;

/**
 * How messages are known again.
 *
 * @param modeOf the mode of a route, by its id
 * @param memoryKeys how many keys of messages that are done {@link OnceMode#MEMORY} keeps; the oldest go first
 * @param retention how long a key is kept; a message that comes again later is worked on again
 */
public record OnceSettings(Function<String, OnceMode> modeOf, int memoryKeys, Duration retention) {

    /** Some 20 MB, and minutes even at a thousand messages a second. */
    public static final int DEFAULT_MEMORY_KEYS = 100_000;

    /** Longer than any queue waits for somebody to mend a weekend's outage. */
    public static final Duration DEFAULT_RETENTION = Duration.ofDays(7);
}
