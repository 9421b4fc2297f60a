package org.kuteng.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** How much of the processors something else uses while the measurements pause. */
final class OtherWork {
    /** With more of it, figures are those of a busy machine. */
    static final double BUSY = 0.1;

    private static final Path STATISTICS = Path.of("/proc/stat");
    private static final int SECONDS = 2;

    /** The broker tidies up for a moment after what was measured. */
    private static final int SETTLING_SECONDS = 2;

    /** The columns of a line of {@link #STATISTICS}: the fourth and fifth are those of processors without work. */
    private static final int IDLE = 3;

    private static final int WAITING_FOR_DISKS = 4;

    /** User, nice, system, idle, waiting for disks, two kinds of interrupts, and what a hypervisor has taken. */
    private static final int COLUMNS = 8;

    private OtherWork() {}

    /** @return from 0 to 1; NaN where it cannot be told */
    static double share() throws IOException, InterruptedException {
        if (!Files.exists(STATISTICS)) {
            return Double.NaN;
        }
        TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
        String before = Files.readAllLines(STATISTICS).get(0);
        TimeUnit.SECONDS.sleep(SECONDS);
        return share(before, Files.readAllLines(STATISTICS).get(0));
    }

    /** The share of work between two states of the first line of {@link #STATISTICS}. */
    static double share(String before, String after) {
        long[] from = ticks(before);
        long[] to = ticks(after);
        long all = Arrays.stream(to).sum() - Arrays.stream(from).sum();
        long idle = to[IDLE] + to[WAITING_FOR_DISKS] - from[IDLE] - from[WAITING_FOR_DISKS];
        return all == 0 ? Double.NaN : 1 - idle / (double) all;
    }

    private static long[] ticks(String line) {
        return Arrays.stream(line.trim().split("\\s+"))
                .skip(1)
                .limit(COLUMNS)
                .mapToLong(Long::parseLong)
                .toArray();
    }

    /** What is to be said with figures between two such shares; empty if there is nothing. */
    static String note(double before, double after) {
        double most = Math.max(before, after);
        return most > BUSY
                ? "; **%.0f %% of the processors were busy with something else: to be measured again**"
                        .formatted(100 * most)
                : "";
    }
}
