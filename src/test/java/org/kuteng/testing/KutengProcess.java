package org.kuteng.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The program itself as a process of its own, as the launcher starts it. */
public final class KutengProcess {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PATIENCE_FOR_THE_REST = Duration.ofSeconds(2);
    private static final long SIGINT_BIT = 1L << 1; // signal 2

    private final List<String> arguments;
    private final Process process;
    private final ProcessOutput output = new ProcessOutput();

    KutengProcess(List<String> arguments, Process process) throws IOException {
        this.arguments = arguments;
        this.process = process;
        process.getOutputStream().close(); // nobody types
        output.follow(process.getInputStream(), OutputLine.Source.OUT);
        output.follow(process.getErrorStream(), OutputLine.Source.ERR);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for a line in which the pattern is found; lines that came before count too. */
    public OutputLine awaitLine(String regex) {
        return awaitLine(regex, PATIENCE);
    }

    public OutputLine awaitLine(String regex, Duration patience) {
        Pattern pattern = Pattern.compile(regex);
        return output.await(line -> pattern.matcher(line.text()).find(), patience)
                .orElseThrow(() -> new AssertionError("no line with '" + regex + "' in the output of " + atItsEnd()));
    }

    /** The output of a process ends a moment before the process does, and its exit code belongs to the story. */
    private KutengProcess atItsEnd() {
        if (output.hasEnded()) {
            process.onExit().completeOnTimeout(process, 2, TimeUnit.SECONDS).join();
        }
        return this;
    }

    /** All lines so far in which the pattern is found. */
    public List<OutputLine> lines(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return output.lines().stream()
                .filter(line -> pattern.matcher(line.text()).find())
                .toList();
    }

    public List<OutputLine> lines() {
        return output.lines();
    }

    public int awaitExit() {
        return awaitExit(PATIENCE);
    }

    /** Waits for the end of the process and of its output; gives the exit code. */
    public int awaitExit(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("still running after " + patience + ": " + this);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        output.await(line -> false, PATIENCE_FOR_THE_REST);
        return process.exitValue();
    }

    public void sigterm() {
        process.toHandle().destroy();
    }

    public void sigkill() {
        process.destroyForcibly();
    }

    /** What Ctrl+C sends. */
    public void sigint() {
        failIfSigintIsIgnored();
        try {
            new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A shell without job control starts what stands before an '&' deaf to SIGINT, and all of its children with it. */
    private void failIfSigintIsIgnored() {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        if (!Files.exists(status)) {
            return;
        }
        try {
            boolean ignored = Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .map(line -> line.substring("SigIgn:".length()).trim())
                    .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) & SIGINT_BIT) != 0);
            if (ignored) {
                throw new IllegalStateException(
                        "the tests run in a shell's background (&), where SIGINT is ignored: start them in the foreground");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Arguments, state and all output. */
    @Override
    public String toString() {
        String state = process.isAlive() ? "running" : "ended with " + process.exitValue();
        return "kuteng " + String.join(" ", arguments) + " (" + state + ")\n" + output;
    }
}
