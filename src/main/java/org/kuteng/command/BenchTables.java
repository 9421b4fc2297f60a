package org.kuteng.command;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kuteng.bench.BenchReport;
import org.kuteng.bench.CaseResult;
import org.kuteng.bench.Client;
import org.kuteng.bench.Environment;
import org.kuteng.bench.Figures;
import org.kuteng.bench.Metric;
import org.kuteng.bench.Mode;
import org.kuteng.bench.Plan;

/** What {@code kuteng bench} measured, for people. */
final class BenchTables {
    private static final String NONE = "-";

    private BenchTables() {}

    static void head(PrintWriter out, Environment environment, Plan plan) {
        out.println(environment);
        out.println("broker at " + environment.where());
        plan.clients().forEach(client -> out.printf("  %-18s %s%n", client.word(), client.description()));
        out.printf(
                Locale.ROOT,
                "median of %s, the clients in turn, after %d to warm up; each %s messages or %s s at the most;"
                        + " prefetch %d%n",
                Count.of(plan.rounds(), "round"),
                Plan.WARM_UP_ROUNDS,
                Count.of(plan.messages()),
                plan.length().toMillis() / 1000.0,
                plan.prefetch());
        out.flush();
    }

    static void print(PrintWriter out, BenchReport report) {
        for (CaseResult result : report.results()) {
            out.println();
            out.println(title(result, report.plan()));
            table(result).print(out, 0);
            result.failures().forEach((client, why) -> out.println(client.word() + " failed: " + why));
        }
        if (!report.complete()) {
            out.println();
            out.println("stopped before the end");
        }
    }

    private static String title(CaseResult result, Plan plan) {
        Mode mode = result.of().mode();
        String more =
                switch (mode) {
                    case LATENCY -> Count.of(plan.rate()) + " messages a second";
                    case CONCURRENCY -> "work of 5 ms, ideal " + Count.of(Math.round(result.ideal())) + " a second";
                    case TEXT, TEXT_UNREAD ->
                        Count.of(result.messages()) + " messages, prefetch " + plan.prefetch(mode);
                    default -> Count.of(result.messages()) + " messages";
                };
        return result.of().title() + " (" + more + ")";
    }

    private static Table table(CaseResult result) {
        List<Metric> metrics = result.of().mode().metrics();
        boolean ideal = result.of().mode() == Mode.CONCURRENCY;
        List<String> titles = new ArrayList<>(List.of("client"));
        for (Metric metric : metrics) {
            titles.add(">" + metric.unit());
            titles.add(">least");
            titles.add(">most");
            titles.add(">× raw");
            titles.add(ideal ? ">of ideal" : ">× raw-best");
        }
        // the last column of a table is never aligned
        titles.add("");
        Table table = new Table(titles.toArray(String[]::new));
        for (Client client : Client.values()) {
            if (result.figures(client, metrics.get(0)) != null) {
                List<String> cells = new ArrayList<>(List.of(client.word()));
                metrics.forEach(metric -> cells.addAll(cells(result, client, metric, ideal)));
                cells.add("");
                table.row(cells.toArray(String[]::new));
            }
        }
        return table;
    }

    private static List<String> cells(CaseResult result, Client client, Metric metric, boolean ideal) {
        Figures figures = result.figures(client, metric);
        return List.of(
                text(figures.median()),
                text(figures.least()),
                text(figures.most()),
                ratio(result.ratio(client, Client.RAW, metric)),
                ideal
                        ? "%.1f %%".formatted(100 * figures.median() / result.ideal())
                        : ratio(result.ratio(client, Client.RAW_BEST, metric)));
    }

    private static String ratio(Figures ratios) {
        return ratios == null ? NONE : String.format(Locale.ROOT, "%.2f", ratios.median());
    }

    /** Messages without decimals, milliseconds with as many as mean something. */
    private static String text(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.2f", value);
    }
}
