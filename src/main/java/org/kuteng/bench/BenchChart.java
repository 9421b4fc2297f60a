package org.kuteng.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A report as a picture (SVG): bars for each mode and kind of queue, lines for more and more consumers. */
public final class BenchChart {
    private static final int WIDTH = 980;
    private static final int MARGIN = 28;
    private static final int GAP = 26;
    private static final int LEGEND_LINE = 20;

    private static final Map<Client, String> COLOURS = Map.of(
            Client.RAW_BEST, "#4c78a8",
            Client.RAW, "#9ecae9",
            Client.CAMEL, "#bab0ac",
            Client.CAMEL_CONFIRMS, "#d8b5a5",
            Client.CAMEL_CONFIRMS_64, "#b9855f",
            Client.KUTENG, "#f58518");

    private final Svg svg = new Svg();
    private final BenchReport report;
    private double y = MARGIN;

    static String colour(Client client) {
        return COLOURS.get(client);
    }

    private BenchChart(BenchReport report) {
        this.report = report;
    }

    /** @param report with at least one result */
    public static String svg(BenchReport report) {
        return new BenchChart(report).draw();
    }

    private String draw() {
        svg.bold(MARGIN, y + 10, "kuteng bench", 20);
        y += 32;
        Environment environment = report.environment();
        svg.text(
                MARGIN,
                y,
                "%s, kuteng %s, Camel %s, Java %s, %d cores, load %.1f"
                        .formatted(
                                environment.broker(),
                                environment.kuteng(),
                                environment.camel(),
                                environment.java(),
                                environment.cores(),
                                environment.load()),
                Svg.Anchor.START,
                12,
                Svg.PALE);
        svg.text(
                MARGIN,
                y + 17,
                "%s; median of %d rounds, clients in turn; thin lines: least and most"
                        .formatted(environment.when(), report.plan().rounds()),
                Svg.Anchor.START,
                12,
                Svg.PALE);
        y += 36;
        legend();
        Map<String, List<CaseResult>> panels = new LinkedHashMap<>();
        report.results().forEach(result -> panels.computeIfAbsent(
                        result.of().mode().word() + ", " + result.of().queueWord() + " queue",
                        title -> new ArrayList<>())
                .add(result));
        panels.forEach((title, results) -> {
            switch (results.get(0).of().mode()) {
                case CONCURRENCY -> lines(title, results);
                case LATENCY -> latency(title, results.get(0));
                default -> bars(title, results);
            }
        });
        return svg.document("kuteng bench, " + environment.broker(), WIDTH, y);
    }

    private void legend() {
        for (Client client : report.plan().clients()) {
            svg.rectangle(MARGIN, y, 12, 12, COLOURS.get(client));
            svg.text(MARGIN + 20, y + 10, client.word(), Svg.Anchor.START, 12, Svg.INK);
            svg.text(MARGIN + 150, y + 10, client.description(), Svg.Anchor.START, 12, Svg.PALE);
            y += LEGEND_LINE;
        }
        y += GAP;
    }

    private void bars(String title, List<CaseResult> results) {
        BarPanel panel = new BarPanel(title, "messages a second");
        results.forEach(result -> panel.group(result.of().sizeText(), bars(result, Metric.RATE)));
        place(panel);
    }

    private void latency(String title, CaseResult result) {
        BarPanel panel = new BarPanel(
                "%s, %,d messages a second".formatted(title, report.plan().rate()), "milliseconds");
        panel.group("half of the messages within (p50)", bars(result, Metric.P50));
        panel.group("99 of 100 messages within (p99)", bars(result, Metric.P99));
        place(panel);
    }

    private void place(BarPanel panel) {
        panel.draw(svg, MARGIN, y, WIDTH - 2 * MARGIN);
        y += panel.height() + GAP;
    }

    private static List<BarPanel.Bar> bars(CaseResult result, Metric metric) {
        List<BarPanel.Bar> bars = new ArrayList<>();
        for (Client client : Client.values()) {
            Figures figures = result.figures(client, metric);
            if (figures != null) {
                Figures ratio = result.ratio(client, Client.RAW, metric);
                String text = String.format(Locale.ROOT, metric == Metric.RATE ? "%,.0f" : "%.2f", figures.median())
                        + (ratio == null ? "" : String.format(Locale.ROOT, "  (%.2f × raw)", ratio.median()));
                if (!client.isConfirming() && result.of().mode() != Mode.CONSUME && metric == Metric.RATE) {
                    text += ", unconfirmed";
                }
                bars.add(new BarPanel.Bar(client.word(), COLOURS.get(client), figures, text));
            }
        }
        return bars;
    }

    private void lines(String title, List<CaseResult> results) {
        LinePanel panel = new LinePanel(
                title + ": share of the ideal, work of " + Concurrency.WORK.toMillis() + " ms a message",
                "concurrent consumers");
        for (Client client : Client.values()) {
            Map<Integer, Double> points = new TreeMap<>();
            for (CaseResult result : results) {
                Figures figures = result.figures(client, Metric.RATE);
                if (figures != null) {
                    points.put(result.of().consumers(), 100 * figures.median() / result.ideal());
                }
            }
            if (!points.isEmpty()) {
                panel.line(client.word(), COLOURS.get(client), points);
            }
        }
        panel.draw(svg, MARGIN, y, WIDTH - 2 * MARGIN);
        y += panel.height() + GAP;
    }
}
