package org.kuteng.broker;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * A time during which something that is tried again and again does not succeed: how long to pause between the attempts,
 * and what to say about it. It says something when it begins, when the reason changes, and from time to time while it
 * lasts; not at each attempt. Safe for several threads.
 */
public final class Outage {
    /** Each pause is this much longer than the one before ... */
    private static final double GROWTH = 1.5;

    /** ... up to this many times the first one. */
    private static final int LONGEST_PAUSE_FACTOR = 10;

    /** How often it is said that it still lasts. */
    static final Duration REMINDER = Duration.ofMinutes(5);

    /** More reasons than this between two reminders are not told apart. */
    private static final int REASONS = 10;

    private final Duration firstPause;
    private final LongSupplier nanoTime;
    private final Set<String> told = new HashSet<>();
    private boolean on;
    private long since;
    private long toldAt;
    private Duration pause;
    private int attempts;

    /** @param firstPause the pause after the first failure; those that follow grow up to ten times as long */
    public Outage(Duration firstPause) {
        this(firstPause, System::nanoTime);
    }

    Outage(Duration firstPause, LongSupplier nanoTime) {
        this.firstPause = firstPause;
        this.nanoTime = nanoTime;
        this.pause = firstPause;
    }

    /**
     * An attempt failed.
     *
     * @param reason one line that says what failed and why
     * @return what to log; empty if that has been said
     */
    public synchronized Optional<String> failed(String reason) {
        long now = nanoTime.getAsLong();
        attempts++;
        if (!on) {
            on = true;
            since = now;
            return Optional.of(tell(reason, now) + "; trying again");
        }
        pause = longer(pause);
        if (now - toldAt >= REMINDER.toNanos()) {
            told.clear();
            return Optional.of(tell(reason, now) + "; for " + text(Duration.ofNanos(now - since))
                    + " now, trying again every " + text(pause));
        }
        boolean isNew = told.size() < REASONS && !told.contains(reason);
        return isNew ? Optional.of(tell(reason, now) + "; trying again") : Optional.empty();
    }

    private String tell(String reason, long now) {
        told.add(reason);
        toldAt = now;
        return reason;
    }

    private Duration longer(Duration before) {
        Duration longest = firstPause.multipliedBy(LONGEST_PAUSE_FACTOR);
        Duration grown = Duration.ofNanos((long) (before.toNanos() * GROWTH));
        return grown.compareTo(longest) < 0 ? grown : longest;
    }

    /** How long to wait before the next attempt. */
    public synchronized Duration pause() {
        return pause;
    }

    /** How many attempts have failed in a row. */
    public synchronized int attempts() {
        return attempts;
    }

    /** Whether the latest attempt failed. */
    public synchronized boolean isOn() {
        return on;
    }

    /**
     * An attempt succeeded.
     *
     * @return how long it had not; empty if the attempt before had succeeded too
     */
    public synchronized Optional<Duration> over() {
        if (!on) {
            return Optional.empty();
        }
        on = false;
        attempts = 0;
        told.clear();
        pause = firstPause;
        return Optional.of(Duration.ofNanos(nanoTime.getAsLong() - since));
    }

    /** A duration as logs show it: {@code 250 ms}, {@code 7 s}, {@code 12 min 30 s}, {@code 3 h 20 min}. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1_000 || millis < 10_000 && millis % 1_000 != 0) {
            return millis + " ms";
        }
        long seconds = (millis + 500) / 1_000;
        if (seconds < 60) {
            return seconds + " s";
        }
        long minutes = seconds / 60;
        return minutes < 60
                ? minutes + " min" + rest(seconds % 60, "s")
                : minutes / 60 + " h" + rest(minutes % 60, "min");
    }

    private static String rest(long number, String unit) {
        return number == 0 ? "" : " " + number + " " + unit;
    }
}
