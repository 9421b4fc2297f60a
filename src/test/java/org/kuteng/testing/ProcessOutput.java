package org.kuteng.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What a process has written so far, and a place to wait for more. */
final class ProcessOutput {
    private final long startedAt = System.nanoTime();
    private final List<OutputLine> lines = new ArrayList<>();
    private int openStreams;

    synchronized void follow(InputStream stream, OutputLine.Source source) {
        openStreams++;
        Thread reader = new Thread(() -> read(stream, source), "reads " + source);
        reader.setDaemon(true);
        reader.start();
    }

    private void read(InputStream stream, OutputLine.Source source) {
        try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                add(new OutputLine(Duration.ofNanos(System.nanoTime() - startedAt), source, text));
            }
        } catch (IOException e) {
            // the process was killed
        } finally {
            end();
        }
    }

    private synchronized void add(OutputLine line) {
        lines.add(line);
        notifyAll();
    }

    private synchronized void end() {
        openStreams--;
        notifyAll();
    }

    /** The first such line, also one that came before; empty when the output ends or the patience does. */
    synchronized Optional<OutputLine> await(Predicate<OutputLine> wanted, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        int seen = 0;
        while (true) {
            for (; seen < lines.size(); seen++) {
                if (wanted.test(lines.get(seen))) {
                    return Optional.of(lines.get(seen));
                }
            }
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (openStreams == 0 || leftMs <= 0) {
                return Optional.empty();
            }
            waitFor(leftMs);
        }
    }

    private void waitFor(long ms) {
        try {
            wait(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    synchronized boolean hasEnded() {
        return openStreams == 0;
    }

    synchronized List<OutputLine> lines() {
        return List.copyOf(lines);
    }

    @Override
    public String toString() {
        return lines().stream().map(OutputLine::toString).collect(Collectors.joining("\n"));
    }
}
