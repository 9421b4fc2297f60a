package org.kuteng.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.kuteng.testing.DeliveryLedger;
import org.kuteng.testing.KutengCommand;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.TestBroker;

/**
 * A place where the program works under faults: a folder with route files, and one in which each process notes in a file
 * of its own what was confirmed or done. What was written there survives a kill of the process.
 */
final class Site {
    private static final String CONFIRMED = "confirmed-";
    private static final String DONE = "done-";

    private final KutengProcesses kuteng;
    private final TestBroker broker;
    private final String queue;
    private final Path routes;
    private final Path notes;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private String profile;

    /**
     * @param broker null if each process is to bring its own
     * @param name of the folder and of the queue
     */
    Site(KutengProcesses kuteng, TestBroker broker, String name) {
        this.kuteng = kuteng;
        this.broker = broker;
        this.queue = name;
        try {
            Path root = Files.createDirectories(Path.of("target", "chaos").toAbsolutePath());
            Path folder = Files.createTempDirectory(root, name + "-");
            this.routes = Files.createDirectories(folder.resolve("routes"));
            this.notes = Files.createDirectories(folder.resolve("notes"));
            Files.copy(Path.of("routes", "failures.camel.yaml"), routes.resolve("failures.camel.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        set("queue.name", queue);
        set("notes", notes.toString());
    }

    String queue() {
        return queue;
    }

    TestBroker broker() {
        return broker;
    }

    /** Takes a route file of the test resources. */
    Site route(String id) {
        String file = id + ".camel.yaml";
        try (InputStream in = Site.class.getResourceAsStream("/chaos/" + file)) {
            Files.copy(in, routes.resolve(file));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A setting or placeholder of every process that is started from now on. */
    Site set(String key, Object value) {
        settings.put(key, value.toString());
        return this;
    }

    Site profile(String name) {
        profile = name;
        return this;
    }

    /** Starts a process that runs one route; its notes bear the name. */
    KutengProcess start(String routeId, String name) {
        List<String> arguments = new ArrayList<>(List.of("run", "--routes", routes.toString()));
        if (profile != null) {
            arguments.addAll(List.of("--profile", profile));
        }
        settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        arguments.addAll(List.of("--set", "name=" + name, routeId));
        KutengCommand command = kuteng.command(arguments.toArray(String[]::new)).jvm("-Xmx64m", "-Xss512k");
        return (broker == null ? command : command.on(broker)).start();
    }

    /** Grows with each message that this process has done. */
    long doneBytes(String name) {
        return size(notes.resolve(DONE + name + ".txt"));
    }

    /** Grows with each message of this process that was confirmed. */
    long confirmedBytes(String name) {
        return size(notes.resolve(CONFIRMED + name + ".txt"));
    }

    /** How many messages were confirmed in all. */
    long confirmed() {
        long[] count = new long[1];
        read(CONFIRMED, id -> count[0]++);
        return count[0];
    }

    /** How often a message was done, in all. */
    long done() {
        long[] count = new long[1];
        read(DONE, id -> count[0]++);
        return count[0];
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The books as they stand now, without what was buried. */
    DeliveryLedger ledger() {
        DeliveryLedger ledger = new DeliveryLedger();
        read(CONFIRMED, ledger::confirmed);
        read(DONE, ledger::done);
        return ledger;
    }

    private void read(String kind, Consumer<String> id) {
        try (Stream<Path> files = Files.list(notes)) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith(kind))
                    .toList()) {
                try (Stream<String> lines = Files.lines(file)) {
                    lines.filter(line -> !line.isBlank()).forEach(id);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
