package org.kuteng.once;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestBrokers;
import org.kuteng.testing.TestDatabase;
import org.kuteng.testing.TestDatabases;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code bench/once} starts: the price of each message being done once, side by side. */
@Command(
        name = "bench/once",
        description = "Messages a second without the switch, with it, with the lock, and of a worker written by hand.",
        mixinStandardHelpOptions = true)
public final class OnceBench implements Callable<Integer> {
    private static final int[] CONSUMERS = {1, 4, 16};

    /** What the lock is compared at. */
    private static final int MOST = CONSUMERS[CONSUMERS.length - 1];

    private static final double MEMORY_GOAL = 0.95;
    private static final double LOCK_GOAL = 5;
    private static final double HAND_GOAL = 1;
    private static final double PURGE_GOAL = 0.95;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "measured, after one to warm up")
    private int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "2",
            description = "about how long each measurement takes")
    private double seconds;

    private final Map<String, Map<Integer, List<Double>>> rates = new LinkedHashMap<>();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new OnceBench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (TestBroker broker = TestBrokers.killableRabbitMQ();
                TestDatabase h2 = TestDatabases.h2();
                TestDatabase postgreSQL = TestDatabases.postgreSQL()) {
            PriceRun run = new PriceRun(broker, h2, postgreSQL, seconds);
            for (int round = 0; round <= rounds; round++) {
                for (int consumers : CONSUMERS) {
                    for (PriceRun.Way way : PriceRun.Way.values()) {
                        note(round, way.text, consumers, run.rate(way, consumers));
                    }
                }
                System.out.println("round " + round + (round == 0 ? " (not counted)" : "") + " done");
                table();
            }
            List<Double> withoutPurge = new ArrayList<>();
            List<Double> withPurge = new ArrayList<>();
            for (int round = 0; round <= rounds; round++) {
                double without = run.rate(PriceRun.Way.POSTGRESQL, 4);
                double with = run.ratePurging(4);
                if (round > 0) {
                    withoutPurge.add(without);
                    withPurge.add(with);
                }
            }
            report(median(withPurge) / median(withoutPurge));
        }
        return 0;
    }

    private void note(int round, String way, int consumers, double rate) {
        if (round > 0) {
            rates.computeIfAbsent(way, w -> new LinkedHashMap<>())
                    .computeIfAbsent(consumers, c -> new ArrayList<>())
                    .add(rate);
        }
    }

    /** Of the two as they were measured one soon after the other, median of the rounds. */
    private double ratio(PriceRun.Way way, PriceRun.Way other, int consumers) {
        List<Double> rates1 = rates.get(way.text).get(consumers);
        List<Double> rates2 = rates.get(other.text).get(consumers);
        return median(IntStream.range(0, rates1.size())
                .mapToObj(round -> rates1.get(round) / rates2.get(round))
                .toList());
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private void table() {
        System.out.println("\n| messages a second, median of " + rounds + " (least to most) | 1 | 4 | 16 |");
        System.out.println("| --- | --- | --- | --- |");
        rates.forEach((way, ofConsumers) -> {
            StringBuilder row = new StringBuilder("| " + way);
            ofConsumers.values().forEach(values -> {
                List<Double> sorted = values.stream().sorted().toList();
                row.append(" | %.0f (%.0f to %.0f)"
                        .formatted(median(values), sorted.get(0), sorted.get(sorted.size() - 1)));
            });
            System.out.println(row + " |");
        });
        System.out.println();
    }

    private void report(double purge) {
        for (int consumers : CONSUMERS) {
            goal(
                    "memory against off, no work, " + consumers,
                    ratio(PriceRun.Way.MEMORY_NO_WORK, PriceRun.Way.OFF_NO_WORK, consumers),
                    MEMORY_GOAL);
            goal(
                    "memory against off, " + consumers,
                    ratio(PriceRun.Way.MEMORY, PriceRun.Way.OFF, consumers),
                    MEMORY_GOAL);
            goal(
                    "jdbc on PostgreSQL against the worker written by hand, " + consumers,
                    ratio(PriceRun.Way.POSTGRESQL, PriceRun.Way.BY_HAND, consumers),
                    HAND_GOAL);
        }
        goal(
                "jdbc on PostgreSQL against the lock, " + MOST,
                ratio(PriceRun.Way.POSTGRESQL, PriceRun.Way.LOCK, MOST),
                LOCK_GOAL);
        goal("jdbc on PostgreSQL with a purge running against without, 4", purge, PURGE_GOAL);
    }

    private static void goal(String what, double ratio, double least) {
        System.out.println(
                "%s: %.2f (goal %.2f)%s".formatted(what, ratio, least, ratio >= least ? "" : " NOT reached"));
    }
}
