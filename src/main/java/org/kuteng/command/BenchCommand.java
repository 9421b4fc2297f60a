package org.kuteng.command;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.kuteng.app.BrokerInUse;
import org.kuteng.app.ConfigurationException;
import org.kuteng.app.Setting;
import org.kuteng.app.Settings;
import org.kuteng.bench.Bench;
import org.kuteng.bench.BenchReport;
import org.kuteng.bench.CaseResult;
import org.kuteng.bench.Environment;
import org.kuteng.bench.Plan;
import org.kuteng.broker.Broker;
import org.kuteng.broker.QueueType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code kuteng bench}: measures kuteng beside the raw client and plain Camel. */
@Command(
        name = "bench",
        description =
                "Measures kuteng's routes beside the raw RabbitMQ client and plain Camel, on the configured broker"
                        + " or the embedded one.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "The clients take turns, round by round, so compare figures of one run only, and leave the machine alone"
                    + " meanwhile. Its queues begin with 'kuteng.bench.', and are deleted at the end, also with CTRL+C."
        })
final class BenchCommand implements Callable<Integer>, WithCommonOptions {
    @Mixin
    private BenchOptions options = new BenchOptions();

    @Mixin
    private BenchOutputs outputs = new BenchOutputs();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Spec
    private CommandSpec spec;

    private final Map<QueueType, Settings> settings = new EnumMap<>(QueueType.class);

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() {
        Plan plan = options.plan(spec.commandLine());
        outputs.check();
        Settings own = common.load(Map.of());
        try (BrokerInUse inUse = own.get(Setting.BROKER).isEmpty()
                ? BrokerInUse.start(own, Optional.empty(), () -> true)
                : new BrokerInUse(BrokerInUse.elsewhere(own, ""), null)) {
            return measure(plan, inUse.broker(), inUse.embedded() != null);
        }
    }

    private int measure(Plan wanted, Broker broker, boolean embedded) {
        PrintWriter out = spec.commandLine().getOut();
        Environment environment = Environment.of(broker);
        try (BenchProgressLine progress =
                new BenchProgressLine(spec.commandLine().getErr())) {
            Plan plan = withoutMissingQueues(wanted, environment, progress);
            if (!outputs.isJsonOut()) {
                BenchTables.head(out, environment, plan);
            }
            Bench bench = new Bench(plan, broker, embedded, this::settings, progress);
            List<CaseResult> results;
            boolean complete;
            try (OnInterrupt interrupt = new OnInterrupt(bench::stop)) {
                results = bench.run();
                complete = !bench.isStopped();
                BenchReport report = new BenchReport(environment, plan, results, complete);
                progress.close();
                outputs.write(report, out);
                return complete && !report.hasFailures() ? 0 : KutengCommand.FAILED;
            }
        }
    }

    /** What the broker does not have is said, and left out; with nothing left there is nothing to measure. */
    private static Plan withoutMissingQueues(Plan plan, Environment environment, BenchProgressLine progress) {
        boolean missing = plan.queues().contains(QueueType.QUORUM) && !environment.quorumQueues();
        if (!missing) {
            return plan;
        }
        String line = "quorum queues are RabbitMQ's: " + environment.broker() + " has none";
        List<QueueType> rest = new ArrayList<>(plan.queues());
        rest.remove(QueueType.QUORUM);
        if (rest.isEmpty()) {
            throw new ConfigurationException(line + "; --broker names a RabbitMQ");
        }
        progress.note(line + ", and they are left out");
        return plan.withQueues(rest);
    }

    private Settings settings(QueueType type) {
        return settings.computeIfAbsent(type, t -> {
            Map<String, String> values = new HashMap<>(Bench.SETTINGS);
            values.put(Setting.QUEUE_TYPE.key(), t.name().toLowerCase(Locale.ROOT));
            return common.load(values);
        });
    }
}
