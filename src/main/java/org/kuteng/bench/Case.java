package org.kuteng.bench;

import java.util.Locale;
import org.kuteng.broker.QueueType;

/**
 * One comparison: every client does the same.
 *
 * @param size bytes of a message's body
 * @param consumers how many messages are worked on at a time
 */
public record Case(Mode mode, QueueType queue, int size, int consumers) {
    private static final int KIBI = 1024;

    /** As in {@code consume, durable, 1 KiB}. */
    public String title() {
        return mode.word() + ", " + queueWord() + ", "
                + (mode == Mode.CONCURRENCY ? consumers + (consumers == 1 ? " consumer" : " consumers") : sizeText());
    }

    public String queueWord() {
        return queue.name().toLowerCase(Locale.ROOT);
    }

    /** As in {@code 16 B}, {@code 64 KiB}. */
    public String sizeText() {
        return size >= KIBI && size % KIBI == 0 ? size / KIBI + " KiB" : size + " B";
    }
}
