package org.kuteng.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server that cannot outlive the test JVM, not even when that is killed with -9. It runs in a session of its own beside
 * a watcher that holds the other end of a pipe: the pipe closes, whoever closes it, and the whole group is gone.
 */
final class LeashedProcess {
    private static final String WATCHED = "exec 3<&0; (read -r _ <&3; kill -9 0) & exec \"$@\" < /dev/null 3<&-";

    private final Process process;

    private LeashedProcess(Process process) {
        this.process = process;
    }

    static LeashedProcess start(Path folder, Map<String, String> environment, File output, List<String> command) {
        List<String> watched = new ArrayList<>(List.of("setsid", "sh", "-c", WATCHED, "sh"));
        watched.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(watched)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output));
        builder.environment().putAll(environment);
        try {
            return new LeashedProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** SIGTERM, and kill -9 if that takes longer than the patience. */
    void stop(Duration patience) {
        // Process.destroy() would close the pipe as well, which is kill -9
        process.toHandle().destroy();
        if (!ended(patience)) {
            kill();
        }
    }

    /** kill -9 of the process and of all that it started; returns when it is gone. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        if (!ended(Duration.ofSeconds(10))) {
            throw new IllegalStateException("process " + process.pid() + " survived kill -9");
        }
    }

    /** SIGSTOP to each process of that program: it is still there, its connections are open, and it answers nothing. */
    void freeze(String program) {
        signal("STOP", program);
    }

    /** SIGCONT after {@link #freeze}. */
    void thaw(String program) {
        signal("CONT", program);
    }

    /** Not to the whole group: a frozen watcher would let go of the leash. */
    private void signal(String signal, String program) {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .filter(each -> each.info().command().orElse("").endsWith(program))
                .forEach(each -> command.add(String.valueOf(each.pid())));
        if (command.size() == 2) {
            throw new IllegalStateException("process " + process.pid() + " runs no " + program);
        }
        try {
            Process kill = new ProcessBuilder(command).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException(command + " ended with " + kill.exitValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private boolean ended(Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
