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
            boolean lost = !report.ledger().lost().isEmpty();
            boolean asExpected = unsafe ? lost : report.isAsPromised();
            System.out.println(
                    asExpected ? unsafe ? "as expected: messages were lost" : "as promised" : "NOT as promised");
            return asExpected ? 0 : 1;
        }
    }
}
