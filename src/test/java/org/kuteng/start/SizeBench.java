package org.kuteng.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestBrokers;
import org.kuteng.work.WorkerSettings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code bench/size} starts. */
@Command(
        name = "bench/size",
        description =
                "Measures the memory of a worker process with many concurrent consumers whose work waits, and with"
                        + " a short and a long queue before it; on a RabbitMQ in a process of its own.",
        mixinStandardHelpOptions = true)
public final class SizeBench implements Callable<Integer> {
    private static final String QUEUE = "kuteng.bench.size";

    /** How many messages are done before memory is looked at. */
    private static final int DONE = 20_000;

    /** Published and confirmed together. */
    private static final int PUBLISHED_TOGETHER = 5_000;

    private static final int PREFETCH = 250;

    /** Longer than it takes until every consumer has a message in hand. */
    private static final int WORK_SECONDS = 60;

    @Option(
            names = "--consumers",
            paramLabel = "N",
            defaultValue = "1000",
            description = "concurrent consumers; ${DEFAULT-VALUE} if not set; 0: without this part")
    private int consumers;

    @Option(
            names = "--backlog",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "messages in the long queue; ${DEFAULT-VALUE} if not set")
    private int backlog;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "rounds with a short and a long queue in turn; ${DEFAULT-VALUE} if not set; 0: without this part")
    private int rounds;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "heap of the process with many consumers (-Xmx); the launcher's own if not set")
    private String memory;

    private final Path folder;

    private SizeBench() throws IOException {
        folder = Files.createTempDirectory("kuteng-size");
    }

    public static void main(String[] arguments) throws IOException {
        System.exit(new CommandLine(new SizeBench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (TestBroker rabbitMQ = TestBrokers.killableRabbitMQ();
                PlainClient client = rabbitMQ.client()) {
            client.declareDurable(QUEUE);
            if (consumers > 0) {
                consumers(rabbitMQ, client);
            }
            for (int round = 1; round <= rounds; round++) {
                backlog(rabbitMQ, client, DONE + PREFETCH);
                backlog(rabbitMQ, client, backlog);
            }
        }
        return 0;
    }

    private void consumers(TestBroker rabbitMQ, PlainClient client) throws Exception {
        consumers(rabbitMQ, client, false);
        if (Runtime.version().feature() >= WorkerSettings.VIRTUAL_THREADS_SINCE) {
            consumers(rabbitMQ, client, true);
        } else {
            System.out.println("no virtual threads on Java " + System.getProperty("java.version"));
        }
    }

    private void consumers(TestBroker rabbitMQ, PlainClient client, boolean virtual) throws Exception {
        client.purge(QUEUE);
        publish(client, consumers);
        List<String> options = new ArrayList<>(List.of("--set", "kuteng.virtualThreads=" + virtual));
        options.addAll(List.of("--set", "kuteng.stop.timeout=0s"));
        String steps = "        - log:\n            message: Received a message\n        - delay:\n"
                + "            expression:\n              constant:\n                expression: \"" + WORK_SECONDS
                + "000\"\n";
        try (WorkingProcess process = start(rabbitMQ, route(consumers, 1, steps), options)) {
            process.awaitMessages(consumers);
            System.out.printf(
                    "%,d consumers at work on %s threads: %.1f s from the start, %d threads of the system, peak %.0f MB,"
                            + " live heap %.0f MB%n",
                    consumers,
                    virtual ? "virtual" : "platform",
                    process.secondsSinceStart(),
                    process.threads(),
                    process.peakResident(),
                    process.liveHeap());
        }
    }

    private void backlog(TestBroker rabbitMQ, PlainClient client, int messages) throws Exception {
        client.purge(QUEUE);
        publish(client, messages);
        String steps = "        - log:\n            message: Received a message\n";
        try (WorkingProcess process = start(rabbitMQ, route(1, PREFETCH, steps), List.of())) {
            process.awaitMessages(1);
            double first = process.secondsSinceStart();
            process.awaitMessages(DONE - 1);
            System.out.printf(
                    "%,d messages in the queue: first one after %.2f s; after %,d: peak %.0f MB, live heap %.1f MB%n",
                    messages, first, DONE, process.peakResident(), process.liveHeap());
        }
    }

    private static void publish(PlainClient client, int messages) {
        for (int left = messages; left > 0; left -= PUBLISHED_TOGETHER) {
            client.publish(QUEUE, "message ", Math.min(left, PUBLISHED_TOGETHER));
        }
    }

    private Path route(int concurrentConsumers, int prefetchCount, String steps) throws IOException {
        return Files.writeString(
                folder.resolve("size.camel.yaml"), """
                - route:
                    id: size
                    from:
                      uri: spring-rabbitmq:default
                      parameters:
                        queues: %s
                        concurrentConsumers: %d
                        prefetchCount: %d
                      steps:
                """.formatted(QUEUE, concurrentConsumers, prefetchCount) + steps);
    }

    private WorkingProcess start(TestBroker rabbitMQ, Path route, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of("./kuteng", "run", "--routes", route.toString()));
        command.addAll(options);
        return new WorkingProcess(
                command,
                Map.of(
                        "JAVA_HOME", System.getProperty("java.home"),
                        "KUTENG_BROKER", rabbitMQ.uri(),
                        "KUTENG_JAVA_OPTS", memory == null ? "" : "-Xmx" + memory));
    }
}
