package org.kuteng.publish;

import java.time.Duration;

/**
 * What is done about messages for one target that the broker refuses. A channel may have lost the leader of a queue for
 * good, and a connection too, so the first refusal is tried on a fresh channel, the next on a fresh connection, and only
 * then is the sender told. Such cures have growing pauses: a full queue refuses a thousand messages a second. Not safe
 * for use by several threads at once.
 */
final class Refusals {
    /** What to do about a refused message. */
    enum Cure {
        /** Send it again on the channel that is there, which is a fresh one. */
        AGAIN,
        FRESH_CHANNEL,
        FRESH_CONNECTION,
        /** Tell the sender. */
        TELL
    }

    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** Without a refusal for this long, pauses begin with the first one. */
    static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(30);

    private enum Stage {
        HEALTHY,
        ON_FRESH_CHANNEL,
        ON_FRESH_CONNECTION,
        /** Nothing helped so far. */
        REFUSING
    }

    private volatile Stage stage = Stage.HEALTHY;
    private Duration pause = FIRST_PAUSE;
    private boolean refusedBefore;
    private long lastRefusal;
    private long nextCure;

    /**
     * A message was refused.
     *
     * @param times how often this message has been refused, with this time
     * @param onCurrentChannel false if it was written to a channel that has been exchanged since
     * @param now in terms of {@link System#nanoTime()}
     */
    Cure refused(int times, boolean onCurrentChannel, long now) {
        if (!refusedBefore || now - lastRefusal > FORGOTTEN_AFTER.toNanos()) {
            pause = FIRST_PAUSE;
            nextCure = now;
        }
        refusedBefore = true;
        lastRefusal = now;
        if (!onCurrentChannel) {
            boolean mayHelp = stage == Stage.ON_FRESH_CHANNEL || stage == Stage.ON_FRESH_CONNECTION;
            return mayHelp || times == 1 && stage == Stage.HEALTHY ? Cure.AGAIN : Cure.TELL;
        }
        return switch (stage) {
            case HEALTHY -> {
                if (now - nextCure < 0) {
                    yield Cure.TELL;
                }
                stage = Stage.ON_FRESH_CHANNEL;
                pauseFrom(now);
                yield Cure.FRESH_CHANNEL;
            }
            case ON_FRESH_CHANNEL -> {
                stage = Stage.ON_FRESH_CONNECTION;
                yield Cure.FRESH_CONNECTION;
            }
            case ON_FRESH_CONNECTION -> {
                stage = Stage.REFUSING;
                yield Cure.TELL;
            }
            case REFUSING -> {
                if (now - nextCure < 0) {
                    yield Cure.TELL;
                }
                pauseFrom(now);
                yield Cure.FRESH_CONNECTION;
            }
        };
    }

    private void pauseFrom(long now) {
        nextCure = now + pause.toNanos();
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
    }

    /** Whether {@link #confirmed()} is worth a call. */
    boolean isUnderCure() {
        return stage != Stage.HEALTHY;
    }

    /** The broker took a message. */
    void confirmed() {
        stage = Stage.HEALTHY;
    }
}
