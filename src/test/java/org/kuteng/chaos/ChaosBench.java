package org.kuteng.chaos;

import java.util.List;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestBrokers;
import org.kuteng.testing.TestDatabase;
import org.kuteng.testing.TestDatabases;
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

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "durable",
            description = "of the queues: durable (default) or quorum")
    private String queueType;

    @Option(
            names = "--rabbitmq",
            paramLabel = "FOLDER",
            scope = CommandLine.ScopeType.INHERIT,
            description = "with the commands of another RabbitMQ than the installed one")
    void takeRabbitMQ(String folder) {
        System.setProperty("kuteng.test.rabbitmq", folder);
    }

    private final KutengProcesses kuteng = new KutengProcesses();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ChaosBench()).execute(arguments));
    }

    @Override
    public Integer call() {
        try (TestBroker broker = TestBrokers.killableRabbitMQ()) {
            ChaosReport report = new ChaosRun(
                            ChaosPlan.full(messages, kills, queueType, !unsafe), kuteng, broker, System.out::println)
                    .run();
            System.out.println("\n" + report.table());
            if (unsafe) {
                return verdict(!report.ledger().lost().isEmpty(), "as expected, messages were lost");
            }
            return verdict(report.isAsPromised(), "as promised");
        }
    }

    @Command(
            name = "full",
            description =
                    "Sends into queues that refuse what is beyond their limit: work, retry and dead-letter queues.")
    int full(
            @Option(
                            names = "--messages",
                            paramLabel = "N",
                            defaultValue = "100000",
                            description = "for each queue and type; ${DEFAULT-VALUE} if not set")
                    int count,
            @Option(
                            names = "--places",
                            paramLabel = "PLACE",
                            split = ",",
                            defaultValue = "WORK,RETRY,DEAD",
                            description = "which queues are full; ${DEFAULT-VALUE} if not set")
                    List<FullQueuePlan.Place> places,
            @Option(
                            names = "--types",
                            paramLabel = "TYPE",
                            split = ",",
                            defaultValue = "durable,quorum",
                            description = "of the queues; ${DEFAULT-VALUE} if not set")
                    List<String> types,
            @Option(names = "--embedded", description = "on the embedded broker, which has one type: durable")
                    boolean embedded) {
        boolean good = true;
        StringBuilder rows = new StringBuilder();
        try (TestBroker broker = embedded ? TestBrokers.embedded() : TestBrokers.killableRabbitMQ()) {
            for (String type : embedded ? List.of("durable") : types) {
                for (FullQueuePlan.Place place : places) {
                    System.out.println(place.text + ", " + type);
                    FullQueueReport report = new FullQueueRun(
                                    FullQueuePlan.full(place, type, count), kuteng, broker, System.out::println)
                            .run();
                    kuteng.killAll();
                    rows.append(report.row());
                    good &= report.isAsPromised();
                }
            }
        }
        System.out.println("\n" + FullQueueReport.HEAD + rows);
        return verdict(good, "as promised");
    }

    @Command(
            name = "cluster",
            description =
                    "Kills, freezes and restarts nodes of a RabbitMQ cluster under load, and workers and producers.")
    int cluster(
            @Option(
                            names = "--messages",
                            paramLabel = "N",
                            defaultValue = "100000",
                            description = "${DEFAULT-VALUE} if not set")
                    int count,
            @Option(
                            names = "--kills",
                            paramLabel = "FACTOR",
                            defaultValue = "1",
                            description =
                                    "1 (default): 5 leaders killed, 2 frozen for 60 s, 2 rolling restarts, 5 workers"
                                            + " and 5 producers killed; 0.2: a fifth of it")
                    double factor) {
        try (TestBroker broker = TestBrokers.cluster()) {
            ChaosReport report =
                    new ChaosRun(ChaosPlan.fullCluster(count, factor), kuteng, broker, System.out::println).run();
            System.out.println("\n" + report.table());
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
            @Option(names = "--rate", paramLabel = "N", defaultValue = "300", description = "messages a second")
                    int rate,
            @Option(names = "--durable-answers", description = "workers also wait until their results are on disk")
                    boolean durableAnswers) {
        try (TestBroker broker = TestBrokers.killableRabbitMQ()) {
            HealthyLatency latency = new HealthyLatency(
                            kuteng,
                            broker,
                            new HealthyLatency.Size(rounds, seconds, rate, durableAnswers),
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

    @Command(
            name = "once",
            description = "Publishes each message twice, kills workers, RabbitMQ and the database, and checks that each"
                    + " message has one effect.",
            mixinStandardHelpOptions = true)
    int once(
            @Option(names = "--messages", paramLabel = "N", defaultValue = "20000", description = "of each two copies")
                    int count,
            @Option(
                            names = "--database",
                            paramLabel = "NAME",
                            defaultValue = "postgresql",
                            description = "postgresql (default) or h2")
                    String name,
            @Option(
                            names = "--off",
                            description =
                                    "without protection; ends with 0 if doubles are found: it shows that the check"
                                            + " works")
                    boolean off) {
        OncePlan plan = new OncePlan(off ? "off" : "jdbc", count, 4, 10, 3, 2);
        try (TestBroker broker = TestBrokers.killableRabbitMQ();
                TestDatabase database = name.equals("h2") ? TestDatabases.h2() : TestDatabases.postgreSQL()) {
            OncePlan possible = database.canBeKilled() ? plan : plan.withoutDatabaseKills();
            OnceReport report = new OnceRun(possible, kuteng, broker, database, System.out::println).run();
            System.out.println("\n" + report.table());
            return off
                    ? verdict(report.doubled() > 0, "as expected, there are doubles")
                    : verdict(report.isAsPromised(), "as promised");
        }
    }

    private static int verdict(boolean good, String praise) {
        System.out.println(good ? praise : "NOT as promised");
        return good ? 0 : 1;
    }
}
