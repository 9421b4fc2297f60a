package org.kuteng.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A report for programs: every single figure, and what follows from them. */
public final class BenchJson {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private BenchJson() {}

    public static String write(BenchReport report) {
        return MAPPER.writeValueAsString(tree(report));
    }

    /** The same as maps and lists. */
    public static Map<String, Object> tree(BenchReport report) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("environment", environment(report.environment()));
        tree.put("plan", plan(report.plan()));
        tree.put("complete", report.complete());
        tree.put(
                "cases",
                report.results().stream()
                        .map(result -> result(result, report.plan()))
                        .toList());
        return tree;
    }

    private static Map<String, Object> environment(Environment environment) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("when", environment.when().toString());
        tree.put("kuteng", environment.kuteng());
        tree.put("camel", environment.camel());
        tree.put("java", environment.java());
        tree.put("jvmFlags", environment.jvmFlags());
        tree.put("broker", environment.broker());
        tree.put("where", environment.where());
        tree.put("system", environment.system());
        tree.put("cores", environment.cores());
        tree.put("heapMebibytes", environment.heapMebibytes());
        tree.put("load", environment.load());
        return tree;
    }

    private static Map<String, Object> plan(Plan plan) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("rounds", plan.rounds());
        tree.put("warmUpRounds", Plan.WARM_UP_ROUNDS);
        tree.put("messages", plan.messages());
        tree.put("seconds", plan.length().toMillis() / 1000.0);
        tree.put("prefetch", plan.prefetch());
        tree.put("rate", plan.rate());
        return tree;
    }

    private static Map<String, Object> result(CaseResult result, Plan plan) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("mode", result.of().mode().word());
        tree.put("queue", result.of().queueWord());
        tree.put("bytes", result.of().size());
        tree.put("consumers", result.of().consumers());
        if (result.of().mode().isJob()) {
            tree.put("prefetch", plan.prefetch(result.of().mode()));
        }
        if (result.messages() > 0) {
            tree.put("messages", result.messages());
        }
        if (result.of().mode() == Mode.CONCURRENCY) {
            tree.put("ideal", result.ideal());
        }
        List<Map<String, Object>> figures = new ArrayList<>();
        result.figures().forEach((client, metrics) -> metrics.keySet()
                .forEach(metric -> figures.add(figures(result, client, metric))));
        tree.put("figures", figures);
        Map<String, String> failures = new LinkedHashMap<>();
        result.failures().forEach((client, why) -> failures.put(client.word(), why));
        tree.put("failures", failures);
        return tree;
    }

    private static Map<String, Object> figures(CaseResult result, Client client, Metric metric) {
        Figures figures = result.figures(client, metric);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("client", client.word());
        tree.put("unit", metric.unit());
        tree.put("values", figures.values());
        tree.put("median", figures.median());
        tree.put("least", figures.least());
        tree.put("most", figures.most());
        for (Client other : List.of(Client.RAW, Client.RAW_BEST)) {
            Figures ratio = result.ratio(client, other, metric);
            if (ratio != null) {
                tree.put("ratioTo " + other.word(), ratio.median());
            }
        }
        return tree;
    }
}
