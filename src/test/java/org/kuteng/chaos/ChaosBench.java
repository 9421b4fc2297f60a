package org.kuteng.chaos;

import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestBrokers;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code bench/chaos} starts: the measurements under faults, in full size. */
@Command(
        name = "bench/chaos",
        description = "Kills workers, producers and RabbitMQ under load, and checks that no message is lost.",
        mixinStandardHelpOptions = true)
public final class ChaosBench implements java.util.concurrent.Callable<Integer> {
    @Option(
            names = "--messages",
            paramLabel = "N",
            defaultValue = "100000",
            description = "${DEFAULT-VALUE} if not set")
    private int messages;

    @Option(
            names = "--kills",
            paramLabel = "FACTOR",
            defaultValue = "1",
            description = "1 (default): 20 workers, 5 producers, 5 times RabbitMQ, 5 times all connections;"
                    + " 0.2: a fifth of it")
    private double kills;

    @Option(
            names = "--unsafe",
            description = "without acknowledgements and confirmations; ends with 0 if the loss is found: it shows that"
                    + " the check works")
    private boolean unsafe;

    private final KutengProcesses kuteng = new KutengProcesses();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ChaosBench()).execute(arguments));
    }

    @Override
    public Integer call() {
        try (TestBroker broker = TestBrokers.killableRabbitMQ()) {
            ChaosReport report =
                    new ChaosRun(ChaosPlan.full(messages, kills, !unsafe), kuteng, broker, System.out::println).run();
            System.out.println("\n" + report.table());
            if (unsafe) {
                return verdict(!report.ledger().lost().isEmpty(), "as expected, messages were lost");
            }
            return verdict(report.isAsPromised(), "as promised");
        }
    }

    @Command(
            name = "latency",
            description = "How much longer healthy messages take when every second one fails (A B A B).",
            mixinStandardHelpOptions = true)
    int latency(
            @Option(names = "--rounds", paramLabel = "N", defaultValue = "2", description = "A and B so often")
                    int rounds,
            @Option(names = "--seconds", paramLabel = "N", defaultValue = "20", description = "of each run")
                    int seconds,
            @Option(names = "--durable-answers", description = "workers also wait until their results are on disk")
                    boolean durableAnswers) {
        try (TestBroker broker = TestBrokers.killableRabbitMQ()) {
            HealthyLatency latency = new HealthyLatency(
                            kuteng,
                            broker,
                            new HealthyLatency.Size(rounds, seconds, durableAnswers),
                            System.out::println)
                    .run();
            System.out.println("\n" + latency.table());
            return verdict(latency.isAsPromised(), "as promised: less than twice");
        }
    }

    @Command(
            name = "rolling",
            description = "Stops workers by SIGTERM one after another under load.",
            mixinStandardHelpOptions = true)
    int rolling(
            @Option(names = "--workers", paramLabel = "N", defaultValue = "20", description = "how many processes")
                    int workers) {
        try (TestBroker broker = TestBrokers.killableRabbitMQ()) {
            RollingStop rolling = new RollingStop(workers, kuteng, broker, System.out::println).run();
            System.out.println("\n" + rolling.table());
            return verdict(rolling.isAsPromised(), "as promised");
        }
    }

    private static int verdict(boolean good, String praise) {
        System.out.println(good ? praise : "NOT as promised");
        return good ? 0 : 1;
    }
}
