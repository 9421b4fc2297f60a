package org.kuteng.bench;

import java.util.Locale;
import org.kuteng.broker.QueueType;

/**
 * One comparison: every client does the same.
 *
 * @param size bytes of a message's body
 * @param consumers how many messages are worked on at a time; of {@link Mode#ROUTES} how many routes there are
 */
public record Case(Mode mode, QueueType queue, int size, int consumers) {
    private static final int KIBI = 1024;
    private static final int MEBI = KIBI * KIBI;

    /** As in {@code consume, durable, 1 KiB}. */
    public String title() {
        String workers = consumers + (consumers == 1 ? " consumer" : " consumers");
        String job = mode.isJob() && consumers > 1 ? ", " + workers : "";
        return mode.word() + ", " + queueWord() + ", " + (mode == Mode.CONCURRENCY ? workers : sizeText() + job);
    }

    public String queueWord() {
        return queue.name().toLowerCase(Locale.ROOT);
    }

    /** As in {@code 16 B}, {@code 64 KiB}. */
    public String sizeText() {
        if (size >= MEBI && size % MEBI == 0) {
            return size / MEBI + " MiB";
        }
        return size >= KIBI && size % KIBI == 0 ? size / KIBI + " KiB" : size + " B";
    }
}
