package org.kuteng.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.kuteng.app.KutengApplication;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestBrokers;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code bench/routes} starts. */
@Command(
        name = "bench/routes",
        description =
                "Measures a process with many idle routes, one queue each: on the embedded broker its start and what"
                        + " it takes while nothing arrives; on a RabbitMQ that knows none of the queues its first start.",
        mixinStandardHelpOptions = true)
public final class RoutesBench implements Callable<Integer> {
    private static final String QUEUE = "kuteng.bench.routes.";
    private static final String EMBEDDED = "embedded broker on ";

    /** Much longer than any start has taken. */
    private static final int PATIENCE_SECONDS = 180;

    /** What a start leaves to be done, such as the compiling of methods, is over by then. */
    private static final int SETTLING_SECONDS = 5;

    private static final int PERCENT = 100;

    @Option(
            names = "--embedded",
            paramLabel = "N",
            defaultValue = "100",
            description = "routes on the embedded broker; ${DEFAULT-VALUE} if not set; 0: without this part")
    private int embedded;

    @Option(
            names = "--rabbitmq",
            paramLabel = "N",
            defaultValue = "200",
            description = "routes on RabbitMQ; ${DEFAULT-VALUE} if not set; 0: without this part")
    private int rabbitMQ;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "30",
            description = "how long an idle process is watched; ${DEFAULT-VALUE} if not set")
    private int seconds;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "1",
            description = "how often each is measured, with a new broker each time; ${DEFAULT-VALUE} if not set")
    private int rounds;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new RoutesBench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Archive.awaitMade(new FirstMessage.Program(
                List.of("./kuteng", "run", "--set", "kuteng.embedded.port=0"), environment(Map.of())));
        for (int round = 1; round <= rounds; round++) {
            if (embedded > 0) {
                onEmbeddedBroker();
            }
            if (rabbitMQ > 0) {
                onRabbitMQ();
            }
        }
        return 0;
    }

    private void onEmbeddedBroker() throws Exception {
        try (WorkingProcess process = start(embedded, Map.of())) {
            String address = process.awaitLine(EMBEDDED, PATIENCE_SECONDS)
                    .replaceFirst(".*" + EMBEDDED, "")
                    .replaceFirst(" .*", "");
            double started = awaitStarted(process);
            checkConsumers("amqp://kuteng:kuteng@" + address + "/kuteng", embedded);
            System.out.printf(
                    "%d routes on the embedded broker: all consume %.1f s after the start; %s%n",
                    embedded, started, idle(process));
        }
    }

    private void onRabbitMQ() throws Exception {
        try (TestBroker broker = TestBrokers.killableRabbitMQ();
                WorkingProcess process = start(rabbitMQ, Map.of("KUTENG_BROKER", broker.uri()))) {
            double started = awaitStarted(process);
            checkConsumers(broker.uri(), rabbitMQ);
            String idle = idle(process);
            System.out.printf(
                    "%d routes on RabbitMQ, first start: all consume %.1f s after the start; %d queues, %d connections;"
                            + " %s%n",
                    rabbitMQ,
                    started,
                    broker.queueNames().size(),
                    broker.connectionNames().size(),
                    idle);
        }
    }

    /** @return after how many seconds all consume */
    private static double awaitStarted(WorkingProcess process) throws IOException {
        process.awaitLine(KutengApplication.WAITING.trim(), PATIENCE_SECONDS);
        return process.secondsSinceStart();
    }

    /** What the process says is one thing, what the broker has is another. */
    private static void checkConsumers(String uri, int routes) {
        try (PlainClient client = PlainClient.connect(uri)) {
            for (int i = 0; i < routes; i++) {
                int consumers = client.consumers(QUEUE + i);
                if (consumers != 1) {
                    throw new IllegalStateException("queue " + QUEUE + i + " has " + consumers + " consumers, not 1");
                }
            }
        }
    }

    private String idle(WorkingProcess process) throws Exception {
        TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
        long begin = System.nanoTime();
        double before = process.processorSeconds();
        TimeUnit.SECONDS.sleep(seconds);
        double share =
                (process.processorSeconds() - before) * TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - begin);
        return "idle for %d s: %.1f %% of a core; %d threads of the system, %.0f MB resident"
                .formatted(seconds, PERCENT * share, process.threads(), process.resident());
    }

    private static WorkingProcess start(int routes, Map<String, String> more) throws IOException {
        Path folder = Files.createTempDirectory(Path.of("target"), "routes-");
        for (int i = 0; i < routes; i++) {
            Files.writeString(folder.resolve("idle-" + i + ".camel.yaml"), """
                    - route:
                        id: idle-%1$d
                        from:
                          uri: spring-rabbitmq:default
                          parameters:
                            queues: %2$s%1$d
                          steps:
                            - log:
                                message: Received a message
                    """.formatted(i, QUEUE));
        }
        return new WorkingProcess(
                List.of("./kuteng", "run", "--routes", folder.toString(), "--set", "kuteng.embedded.port=0"),
                environment(more));
    }

    private static Map<String, String> environment(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        return environment;
    }
}
