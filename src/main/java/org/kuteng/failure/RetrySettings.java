package org.kuteng.failure;

import java.time.Duration;
import java.util.List;
import org.kuteng.untrusted.Thrown;

/**
 * When work that failed is attempted again.
 *
 * @param delays the pause before each further attempt; none: the first failure buries
 * @param giveUp names of exception classes, with or without package, that bury at once; so do their subclasses
 * @param crashes how many times a message may have been in hand when its worker ended before it is buried
 */
public record RetrySettings(List<Duration> delays, List<String> giveUp, int crashes) {

    /** A hiccup, a restart, a deployment, an outage: each is over before one of them. */
    public static final List<Duration> DEFAULT_DELAYS =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMinutes(10));

    /** Bad luck hits a message twice or three times; ten times, it is the message. */
    public static final int DEFAULT_CRASHES = 10;

    public static final RetrySettings DEFAULTS = new RetrySettings(DEFAULT_DELAYS, List.of(), DEFAULT_CRASHES);

    public RetrySettings {
        delays = List.copyOf(delays);
        giveUp = List.copyOf(giveUp);
    }

    /** How many attempts there are in all, if each of them fails. */
    public int attempts() {
        return delays.size() + 1;
    }

    boolean givesUp(Throwable thrown) {
        for (Throwable t : Thrown.chain(thrown)) {
            for (Class<?> type = t.getClass(); type != null; type = type.getSuperclass()) {
                if (giveUp.contains(type.getName()) || giveUp.contains(type.getSimpleName())) {
                    return true;
                }
            }
        }
        return false;
    }
}
