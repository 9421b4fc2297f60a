package org.kuteng.command;

import java.io.PrintWriter;
import java.time.Duration;
import org.kuteng.bench.BenchProgress;
import org.kuteng.bench.Case;
import org.kuteng.bench.Client;

/** How far the measurements are, on standard error: one line that is written again on a terminal, else a line a case. */
final class BenchProgressLine implements BenchProgress, AutoCloseable {
    private static final String ERASE = "\r\033[K";

    private final PrintWriter err;
    private final boolean terminal = Terminal.isErr();
    private final long begin = System.nanoTime();
    private Case last;
    private boolean drawn;

    BenchProgressLine(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void measuring(Case of, Client client, int round, int done, int total) {
        if (terminal) {
            String what = of.title() + ": " + client.word() + (round == 0 ? ", warming up" : ", round " + round);
            String line = "%3d %%  %s%s".formatted(100L * done / total, what, left(done, total));
            err.print(ERASE + TextWidth.cut(line, Terminal.DEFAULT_WIDTH - 1));
            err.flush();
            drawn = true;
        } else if (!of.equals(last)) {
            err.println("measuring " + of.title() + " (" + 100L * done / total + " % done)");
        }
        last = of;
    }

    private String left(int done, int total) {
        if (done == 0) {
            return "";
        }
        Duration left = Duration.ofNanos((System.nanoTime() - begin) / done * (total - done));
        return "  (about " + Ages.text(left) + " left)";
    }

    @Override
    public void note(String line) {
        close();
        err.println("kuteng: " + line);
    }

    /** Takes the line away. */
    @Override
    public void close() {
        if (drawn) {
            err.print(ERASE);
            err.flush();
            drawn = false;
        }
    }
}
