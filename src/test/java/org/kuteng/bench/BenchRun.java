package org.kuteng.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.kuteng.app.BrokerInUse;
import org.kuteng.app.Setting;
import org.kuteng.app.Settings;
import org.kuteng.app.Suggestions;
import org.kuteng.broker.Broker;
import org.kuteng.broker.QueueType;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestBrokers;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench/run}: measures the bars, and keeps the outcome. */
@Command(
        name = "bench/run",
        description = "Measures kuteng against its bars on one RabbitMQ node, beside PerfTest, and keeps the outcome in"
                + " RESULTS.md, speed.json and a chart for each part. Parts that are not measured stay as they were.",
        mixinStandardHelpOptions = true)
final class BenchRun implements Callable<Integer> {
    private static final PrintStream OUT = System.out;

    @Option(
            names = "--parts",
            split = ",",
            paramLabel = "PART,…",
            description = "consume, publish, perftest, perftest-durable, latency, concurrency, forward, forward-async,"
                    + " file, split, drain, storm, text, text-unread, routes; jobs: the last nine (all)")
    private List<String> words = Arrays.stream(Part.values()).map(Part::word).toList();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "pairs of each (${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--broker",
            paramLabel = "URI",
            description = "the node; a private one of an installed rabbitmq-server, or one in Docker, if not given")
    private String uri;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            defaultValue = "bench",
            description = "where RESULTS.md is (${DEFAULT-VALUE})")
    private Path folder;

    @Spec
    private CommandSpec spec;

    private final Map<QueueType, Settings> settings = new EnumMap<>(QueueType.class);

    public static void main(String[] args) {
        System.exit(new CommandLine(new BenchRun()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Part> parts = words.stream()
                .flatMap(word ->
                        word.equals("jobs") ? Arrays.stream(Part.values()).filter(Part::isJob) : Stream.of(part(word)))
                .toList();
        if (uri != null) {
            return measure(parts);
        }
        try (TestBroker node = TestBrokers.killableRabbitMQ()) {
            uri = node.uri();
            return measure(parts);
        }
    }

    private Part part(String word) {
        return Arrays.stream(Part.values())
                .filter(part -> part.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "no part '" + word + "'"
                                + Suggestions.didYouMean(
                                        word,
                                        Arrays.stream(Part.values())
                                                .map(Part::word)
                                                .toList())));
    }

    private int measure(List<Part> parts) throws IOException, InterruptedException {
        Broker broker = BrokerInUse.elsewhere(settings(QueueType.DURABLE), "");
        ResultsFile results = new ResultsFile(folder);
        boolean met = true;
        for (Part part : parts) {
            OUT.println("\n" + part.title());
            Outcome outcome =
                    part.isBesidePerfTest() ? besidePerfTest(part, broker, results) : alone(part, broker, results);
            outcome.bars().forEach(bar -> OUT.println(bar.row()));
            met &= outcome.bars().stream().allMatch(Bar::isMet);
        }
        OUT.println(met ? "\nall bars are met" : "\nNOT all bars are met");
        return met ? 0 : 1;
    }

    private Outcome alone(Part part, Broker broker, ResultsFile results) throws IOException, InterruptedException {
        Plan plan = part.plan(rounds);
        double otherWork = OtherWork.share();
        Environment environment = Environment.of(broker);
        List<CaseResult> cases = new Bench(plan, broker, false, this::settings, new Progress()).run();
        BenchReport report = new BenchReport(environment, plan, cases, true);
        Outcome outcome = outcome(part, environment, otherWork, rows(cases), part.bars(cases));
        results.keep(part, outcome, BenchChart.svg(report));
        return outcome;
    }

    private Outcome besidePerfTest(Part part, Broker broker, ResultsFile results)
            throws IOException, InterruptedException {
        double otherWork = OtherWork.share();
        Environment environment = Environment.of(broker);
        Map<String, Figures> figures =
                new BesidePerfTest(part, part.plan(rounds), broker, uri, this::settings).measure(OUT::println);
        List<Outcome.Row> rows = new ArrayList<>();
        figures.forEach((client, each) -> rows.add(new Outcome.Row(client, Metric.RATE.unit(), each)));
        Outcome outcome = outcome(part, environment, otherWork, rows, BesidePerfTest.bars(part, figures));
        results.keep(part, outcome, BesidePerfTest.chart(part.title(), figures));
        return outcome;
    }

    /** @param otherWork {@link OtherWork#share} before it began */
    private Outcome outcome(
            Part part, Environment environment, double otherWork, List<Outcome.Row> rows, List<Bar> bars)
            throws IOException, InterruptedException {
        Plan plan = part.plan(rounds);
        if (part.isJob()) {
            String how = "%d rounds after %d to warm up, %s queue, %,d messages at most, prefetch %d (large texts: 8)"
                    .formatted(rounds, Plan.WARM_UP_ROUNDS, "durable", plan.messages(), plan.prefetch());
            String where = environment + OtherWork.note(otherWork, OtherWork.share());
            return new Outcome(part.title(), environment.when().toString(), where, how, rows, bars);
        }
        String how = "%d rounds after %d to warm up, 16 B, %s queue, prefetch %d, each for %s%d s"
                .formatted(
                        rounds,
                        Plan.WARM_UP_ROUNDS,
                        part.queue().name().toLowerCase(Locale.ROOT),
                        part == Part.CONCURRENCY ? Concurrency.PREFETCH : plan.prefetch(),
                        part.isBesidePerfTest() || part == Part.LATENCY || part == Part.CONCURRENCY
                                ? ""
                                : "%,d messages or ".formatted(plan.messages()),
                        part.seconds());
        if (part.isBesidePerfTest()) {
            how += "; PerfTest after " + PerfTest.SETTLING_SECONDS + " s more, in a process of its own";
        }
        String where = environment + OtherWork.note(otherWork, OtherWork.share());
        return new Outcome(part.title(), environment.when().toString(), where, how, rows, bars);
    }

    private static List<Outcome.Row> rows(List<CaseResult> cases) {
        List<Outcome.Row> rows = new ArrayList<>();
        for (CaseResult result : cases) {
            for (Client client : Client.values()) {
                for (Metric metric : result.of().mode().metrics()) {
                    Figures figures = result.figures(client, metric);
                    if (figures != null) {
                        rows.add(new Outcome.Row(name(result, client), metric.unit(), figures));
                    }
                }
            }
        }
        return rows;
    }

    private static String name(CaseResult result, Client client) {
        if (result.of().mode().isJob()) {
            return client.word() + ", " + result.of().title();
        }
        return result.of().mode() == Mode.CONCURRENCY
                ? client.word() + ", " + result.of().consumers() + " of ideal %,.0f".formatted(result.ideal())
                : client.word();
    }

    private Settings settings(QueueType type) {
        return settings.computeIfAbsent(type, t -> {
            Map<String, String> values = new HashMap<>(Bench.SETTINGS);
            values.put(Setting.BROKER.key(), uri);
            values.put(Setting.QUEUE_TYPE.key(), t.name().toLowerCase(Locale.ROOT));
            return Settings.load(Settings.Sources.ofProcess(null, values));
        });
    }

    private static final class Progress implements BenchProgress {
        private Case last;

        @Override
        public void measuring(Case of, Client client, int round, int done, int total) {
            if (!of.equals(last)) {
                last = of;
                OUT.println("measuring " + of.title());
            }
        }

        @Override
        public void note(String line) {
            OUT.println(line);
        }
    }
}
