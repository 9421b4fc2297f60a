package org.kuteng.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An embedded broker in a JVM of its own, for what a test must not do to its own: kill it, or fill its heap. Its
 * {@link #main} also serves for a try by hand: {@code BrokerProcess 5672 [store]} runs until its input ends.
 */
final class BrokerProcess implements AutoCloseable {

    private static final String STARTED = "listening on ";

    private final Process process;
    private final int port;

    private BrokerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts it on a free port and returns when it listens.
     *
     * @param store folder, null for in memory
     * @param jvmOptions such as {@code -Xmx128m}
     */
    static BrokerProcess start(Path store, String... jvmOptions) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BrokerProcess.class.getName(), "0"));
        if (store != null) {
            command.add(store.toString());
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(STARTED)) {
                return new BrokerProcess(process, Integer.parseInt(line.substring(STARTED.length())));
            }
        }
        throw new IOException("the broker's process ended before it listened");
    }

    int port() {
        return port;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** As {@code kill -9} does it. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Lets it close its broker and end. */
    void stop() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            kill();
            throw new IOException("the broker's process did not end");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws IOException {
        PrintStream stdout = System.out;
        // nobody reads on after the first line: a log on standard output would fill the pipe and stop the broker
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        Path store = arguments.length > 1 ? Path.of(arguments[1]) : null;
        var options = EmbeddedBroker.Options.defaults()
                .withPort(Integer.parseInt(arguments[0]))
                .withoutFallback()
                .withStore(store);
        try (EmbeddedBroker broker = EmbeddedBroker.start(options)) {
            stdout.println(STARTED + broker.port());
            while (System.in.read() >= 0) {
                // until whoever started it closes its end
            }
        }
        System.exit(0);
    }
}
