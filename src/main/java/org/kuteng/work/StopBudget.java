package org.kuteng.work;

import java.time.Duration;

/**
 * The time that the stop of a process may take, from the signal to the end of the process. One for all that a stop waits
 * for: the work in hand, what else Camel has under way, messages that are not confirmed yet, and the farewell. Each gets
 * what those before it have left.
 */
public final class StopBudget {
    /**
     * The part at the end in which nothing is waited for any longer: messages go back to their queues, connections and
     * the embedded broker are closed.
     */
    static final Duration FAREWELL = Duration.ofSeconds(3);

    /** The farewell of a short budget: enough to give messages back to a broker that answers. */
    static final Duration SHORTEST_FAREWELL = Duration.ofSeconds(1);

    /** The farewell takes no more than one part in so many. */
    private static final int FAREWELL_SHARE = 4;

    private final Duration total;
    private final Duration farewell;

    /** Guarded by this, as all that follows; in terms of {@link System#nanoTime()}. */
    private long waitEnd;

    private long end;
    private boolean begun;
    private boolean cutShort;

    /** @param total zero: nothing is waited for, and the farewell takes its shortest time */
    public StopBudget(Duration total) {
        this.total = total;
        Duration share = total.dividedBy(FAREWELL_SHARE);
        this.farewell = share.compareTo(FAREWELL) > 0
                ? FAREWELL
                : share.compareTo(SHORTEST_FAREWELL) < 0 ? SHORTEST_FAREWELL : share;
    }

    /** The setting: from the signal to the end. */
    public Duration total() {
        return total;
    }

    /**
     * The time runs from now on; it does already if the stop has begun before.
     *
     * @return whether this call began it
     */
    public synchronized boolean begin() {
        if (begun) {
            return false;
        }
        begun = true;
        waitEnd = System.nanoTime() + Math.max(0, total.minus(farewell).toNanos());
        end = waitEnd + farewell.toNanos();
        return true;
    }

    /** Whether the process stops. */
    public synchronized boolean hasBegun() {
        return begun;
    }

    /**
     * Nothing is waited for any longer; begins the stop if it has not begun.
     *
     * @return whether there was something to cut short
     */
    public synchronized boolean cutShort() {
        begin();
        long now = System.nanoTime();
        if (cutShort || waitEnd - now <= 0) {
            return false;
        }
        cutShort = true;
        waitEnd = now;
        end = now + farewell.toNanos();
        return true;
    }

    /** Whether whoever asked for the stop has asked again. */
    public synchronized boolean isCutShort() {
        return cutShort;
    }

    /** Until when work is waited for, in terms of {@link System#nanoTime()}; only after {@link #begin}. */
    public synchronized long waitEnd() {
        return waitEnd;
    }

    /** Whether work is not waited for any longer; no if the stop has not begun. */
    public synchronized boolean isWaitOver() {
        return begun && System.nanoTime() - waitEnd >= 0;
    }

    /** How long work is still waited for; all of the time if the stop has not begun. */
    public synchronized Duration waitLeft() {
        return begun ? left(waitEnd) : total;
    }

    /** How much is left until the end of the process; all of the time if the stop has not begun. */
    public synchronized Duration left() {
        return begun ? left(end) : total;
    }

    private static Duration left(long until) {
        return Duration.ofNanos(Math.max(0, until - System.nanoTime()));
    }
}
