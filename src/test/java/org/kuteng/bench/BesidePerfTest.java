package org.kuteng.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.kuteng.app.KutengCamel;
import org.kuteng.app.Settings;
import org.kuteng.broker.Broker;
import org.kuteng.broker.QueueType;

/** kuteng with both ends at once, and PerfTest in two forms: in turn on one node. */
final class BesidePerfTest {
    static final String KUTENG = "kuteng";
    static final String PLAIN = "PerfTest -c 500 -q 250";
    static final String BATCHED = "PerfTest -c 500 -q 250 -A 100";

    private static final String SIZE = "16";

    private final Part part;
    private final Plan plan;
    private final Broker broker;
    private final Function<QueueType, Settings> settings;
    private final Map<String, PerfTest> perfTests = new LinkedHashMap<>();
    private final Map<String, List<Double>> rates = new LinkedHashMap<>();

    BesidePerfTest(Part part, Plan plan, Broker broker, String uri, Function<QueueType, Settings> settings) {
        this.part = part;
        this.plan = plan;
        this.broker = broker;
        this.settings = settings;
        for (String command : List.of(PLAIN, BATCHED)) {
            List<String> options = new ArrayList<>(List.of(command.split(" ")));
            options.remove(0);
            options.addAll(List.of("-s", SIZE));
            if (part == Part.PERFTEST_DURABLE) {
                options.addAll(List.of("-f", "persistent"));
            }
            perfTests.put(command, new PerfTest(uri, options));
        }
    }

    /** Figures by client, in the order of the table. */
    Map<String, Figures> measure(Consumer<String> progress) throws IOException, InterruptedException {
        Case both = plan.cases(part.queue()).get(0);
        Throughput kuteng = new Throughput(both, plan, plan.messages(), new Contestants(broker, settings));
        try (BenchQueue queue =
                new BenchQueue(broker, part.queue(), KutengCamel.failureHandling(settings.apply(part.queue())))) {
            for (int round = 0; round < Plan.WARM_UP_ROUNDS; round++) {
                queue.empty();
                kuteng.of(Client.KUTENG, queue);
            }
            for (int round = 1; round <= plan.rounds(); round++) {
                for (Map.Entry<String, PerfTest> each : perfTests.entrySet()) {
                    keep(each.getKey(), each.getValue().rate(part.seconds()), progress);
                }
                queue.empty();
                keep(KUTENG, kuteng.of(Client.KUTENG, queue).get(Metric.RATE), progress);
            }
        }
        Map<String, Figures> figures = new LinkedHashMap<>();
        rates.forEach((client, values) -> figures.put(client, new Figures(values)));
        return figures;
    }

    private void keep(String client, double rate, Consumer<String> progress) {
        rates.computeIfAbsent(client, c -> new ArrayList<>()).add(rate);
        progress.accept("%s: %,.0f a second".formatted(client, rate));
    }

    static List<Bar> bars(Part part, Map<String, Figures> figures) {
        String kind = part == Part.PERFTEST ? "" : ", durable";
        return List.of(
                Bar.atLeast(
                        1.5,
                        "3: both ends" + kind + ", kuteng / " + PLAIN,
                        figures.get(KUTENG).over(figures.get(PLAIN))),
                Bar.atLeast(
                        0.9,
                        "3: both ends" + kind + ", kuteng / " + BATCHED,
                        figures.get(KUTENG).over(figures.get(BATCHED))));
    }

    static String chart(String title, Map<String, Figures> figures) {
        BarPanel panel = new BarPanel(title, "messages a second");
        List<BarPanel.Bar> bars = new ArrayList<>();
        figures.forEach((client, each) -> bars.add(new BarPanel.Bar(
                client.replace("PerfTest -c 500 -q 250", "PerfTest"),
                BenchChart.colour(client.equals(KUTENG) ? Client.KUTENG : Client.RAW_BEST),
                each,
                "%,.0f".formatted(each.median()))));
        panel.group("16 B, PerfTest with -c 500 -q 250", bars);
        int width = 980;
        Svg svg = new Svg();
        panel.draw(svg, 28, 24, width - 56);
        return svg.document(title, width, panel.height() + 40);
    }
}
