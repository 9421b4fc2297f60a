package org.kuteng.start;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ./kuteng run} as a process of its own, followed by the lines with which its workers say what they received. */
final class WorkingProcess implements AutoCloseable {
    private static final String RECEIVED = "Received a message";
    private static final Pattern LIVE_BYTES = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
    private static final double KIBI = 1024;
    private static final double MEBI = KIBI * KIBI;
    private static final int STOP_SECONDS = 20;

    private final long begin = System.nanoTime();
    private final Process process;
    private final BufferedReader output;
    private final StringBuilder said = new StringBuilder();

    WorkingProcess(List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("KUTENG_") || name.startsWith("JAVA_"));
        builder.environment().putAll(environment);
        process = builder.start();
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Waits for so many messages. */
    void awaitMessages(int count) throws IOException {
        for (int received = 0; received < count; ) {
            String line = output.readLine();
            if (line == null) {
                throw new IllegalStateException("it ended after " + received + " messages:\n" + said);
            }
            if (line.contains(RECEIVED)) {
                received++;
            } else {
                said.append(line).append('\n');
            }
        }
    }

    /**
     * Waits for a line with this text, and ends the process when it does not come.
     *
     * @return the line
     */
    String awaitLine(String text, int seconds) throws IOException {
        Executor later = CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS);
        CompletableFuture<Void> overdue = CompletableFuture.runAsync(process::destroyForcibly, later);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            if (line.contains(text)) {
                overdue.cancel(false);
                return line;
            }
        }
        throw new IllegalStateException("it ended, or had not said '" + text + "' after " + seconds + " s:\n" + said);
    }

    double secondsSinceStart() {
        return (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    /** The most that it had resident, in MB. */
    double peakResident() throws IOException {
        return status("VmHWM") / KIBI;
    }

    /** What it has resident now, in MB. */
    double resident() throws IOException {
        return status("VmRSS") / KIBI;
    }

    /** Of all cores together, since its start. */
    double processorSeconds() {
        return process.info().totalCpuDuration().orElseThrow().toNanos() / (double) TimeUnit.SECONDS.toNanos(1);
    }

    /** How many threads of the system it has now. */
    long threads() throws IOException {
        return status("Threads");
    }

    private long status(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** What is reachable in its heap, in MB. */
    double liveHeap() throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jcmd.waitFor();
        Matcher total = LIVE_BYTES.matcher(histogram);
        if (!total.find()) {
            throw new IllegalStateException("no histogram:\n" + histogram);
        }
        return Long.parseLong(total.group(1)) / MEBI;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
