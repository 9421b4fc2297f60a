package org.kuteng.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** RabbitMQ's own measuring program, as a process of its own. */
final class PerfTest {
    /** Its JVM warms up meanwhile, as long as that of the others has done before they are counted. */
    static final int SETTLING_SECONDS = 10;

    private static final String CLASS_PATH = "kuteng.test.perftest.classpath";
    private static final String MAIN_CLASS = "com.rabbitmq.perf.PerfTest";
    private static final Pattern INTERVAL = Pattern.compile("time (\\d+\\.\\d+) s, .*received: (\\d+) msg/s");

    private final String uri;
    private final List<String> options;

    /** @param options as a user would write them */
    PerfTest(String uri, List<String> options) {
        this.uri = uri;
        this.options = options;
    }

    /**
     * Runs it.
     *
     * @param seconds how long it is measured, after {@link #SETTLING_SECONDS}
     * @return messages received a second
     */
    double rate(int seconds) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath()));
        command.addAll(List.of(MAIN_CLASS, "-h", uri, "-z", String.valueOf(SETTLING_SECONDS + seconds)));
        command.addAll(options);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            reader.lines().forEach(lines::add);
        } finally {
            process.destroy();
        }
        int exit = process.waitFor();
        double rate = rate(lines, SETTLING_SECONDS);
        if (exit != 0 || Double.isNaN(rate)) {
            throw new IllegalStateException("PerfTest ended with " + exit + ":\n" + String.join("\n", lines));
        }
        return rate;
    }

    private static String classPath() {
        String classPath = System.getProperty(CLASS_PATH);
        if (classPath == null) {
            throw new IllegalStateException("-D" + CLASS_PATH + " does not say where PerfTest is; bench/run does");
        }
        return classPath;
    }

    /** The mean of the intervals that began after the settling time; NaN if there are none. */
    static double rate(List<String> lines, double settling) {
        double before = 0;
        double messages = 0;
        double seconds = 0;
        for (String line : lines) {
            Matcher interval = INTERVAL.matcher(line);
            if (interval.find()) {
                double time = Double.parseDouble(interval.group(1));
                // the first interval after it may begin a few milliseconds early
                if (before >= settling - 0.1) {
                    messages += Double.parseDouble(interval.group(2)) * (time - before);
                    seconds += time - before;
                }
                before = time;
            }
        }
        return seconds == 0 ? Double.NaN : messages / seconds;
    }
}
