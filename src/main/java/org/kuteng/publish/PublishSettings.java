package org.kuteng.publish;

import java.time.Duration;

/**
 * How messages are sent.
 *
 * @param confirm whether a send ends only when the broker has confirmed the message; false: as soon as it is written
 * @param confirmTimeout how long the broker may take to confirm before the sender is told that the outcome is unknown;
 *     a sender also waits that long for room; default 30 s
 * @param window how many messages to one target may be unconfirmed; further senders block; default 1,000
 * @param sendAgain whether what was unconfirmed when a connection broke is sent again (duplicates are possible) or
 *     fails; default true
 */
public record PublishSettings(boolean confirm, Duration confirmTimeout, int window, boolean sendAgain) {

    /** A broker under load, or a cluster that elects a leader, answers within it. */
    public static final Duration DEFAULT_CONFIRM_TIMEOUT = Duration.ofSeconds(30);

    /** Past some hundred, throughput no longer grows; memory and duplicates after a lost connection do. */
    public static final int DEFAULT_WINDOW = 1_000;

    public static final PublishSettings DEFAULTS =
            new PublishSettings(true, DEFAULT_CONFIRM_TIMEOUT, DEFAULT_WINDOW, true);

    /** The same with confirmations. */
    public PublishSettings confirming() {
        return new PublishSettings(true, confirmTimeout, window, sendAgain);
    }
}
