package org.kuteng.start;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a program has taken until it logged its first received message.
 *
 * @param processorSeconds of all cores together
 * @param peakMegabytes the most that it had resident; 0 where there is no /proc
 */
record FirstMessage(double seconds, double processorSeconds, double peakMegabytes) {
    private static final String RECEIVED = "Received a message";
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int STOP_SECONDS = 20;

    /** A command, and what it finds in its environment besides the path. */
    record Program(List<String> command, Map<String, String> environment) {}

    static FirstMessage of(Program program) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(program.command()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("KUTENG_") || name.startsWith("JAVA_"));
        builder.environment().putAll(program.environment());
        long start = System.nanoTime();
        Process process = builder.start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            StringBuilder said = new StringBuilder();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.contains(RECEIVED)) {
                    return at((System.nanoTime() - start) / NANOS, process);
                }
                said.append(line).append('\n');
            }
            throw new IllegalStateException(program.command() + " ended without a message:\n" + said);
        } finally {
            process.destroy();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private static FirstMessage at(double seconds, Process process) throws IOException {
        double processor = process.info().totalCpuDuration().orElseThrow().toNanos() / NANOS;
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        double peak = !Files.exists(status)
                ? 0
                : Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                        .findFirst()
                        .orElse(0);
        return new FirstMessage(seconds, processor, peak);
    }
}
