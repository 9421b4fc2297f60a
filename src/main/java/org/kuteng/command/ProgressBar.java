package org.kuteng.command;

import java.io.PrintWriter;
import org.kuteng.failure.Progress;

/** How far a long piece of work is, on standard error: a bar on a terminal, elsewhere a line for each tenth. */
final class ProgressBar implements Progress, AutoCloseable {
    /** Fewer are done before anybody has read it. */
    private static final long WORTHWHILE = 1_000;

    private static final int CELLS = 30;
    private static final long REDRAW_NANOS = 100_000_000;

    private final PrintWriter err;
    private final String done;
    private final boolean terminal = Terminal.isErr();
    private long drawnAt;
    private long tenth;
    private boolean drawn;

    /** @param done what is being done, as in "replayed" */
    ProgressBar(PrintWriter err, String done) {
        this.err = err;
        this.done = done;
    }

    @Override
    public void update(long looked, long total, long count) {
        if (total <= WORTHWHILE) {
            return;
        }
        if (terminal) {
            draw(looked, total, count);
        } else if (looked * 10 / total > tenth) {
            tenth = looked * 10 / total;
            err.println(done + " " + Count.of(count) + " of " + Count.of(total));
        }
    }

    private void draw(long looked, long total, long count) {
        long now = System.nanoTime();
        if (drawn && now - drawnAt < REDRAW_NANOS) {
            return;
        }
        drawnAt = now;
        drawn = true;
        int cells = (int) (looked * CELLS / total);
        err.print("\r[" + "#".repeat(cells) + "-".repeat(CELLS - cells) + "] " + looked * 100 / total + " %  " + done
                + " " + Count.of(count) + " of " + Count.of(total));
        err.flush();
    }

    /** Takes the bar away: what came of it is told in words. */
    @Override
    public void close() {
        if (drawn) {
            err.print("\r\033[K");
            err.flush();
        }
    }
}
