package org.kuteng.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kuteng.broker.QueueType;

/** Reports with figures that nobody measured. */
public final class Reports {
    private Reports() {}

    public static BenchReport ofEverything() {
        Plan plan = new Plan(
                List.of(Mode.values()),
                List.of(Client.RAW_BEST, Client.RAW, Client.CAMEL, Client.KUTENG),
                List.of(16, 1024),
                List.of(QueueType.DURABLE),
                3,
                20_000,
                Duration.ofSeconds(1),
                250,
                1_000,
                List.of(1, 8));
        List<CaseResult> results = new ArrayList<>();
        plan.cases(QueueType.DURABLE).forEach(each -> results.add(result(each)));
        return new BenchReport(environment(), plan, results, true);
    }

    private static CaseResult result(Case of) {
        Map<Metric, List<Double>> raw = Map.of(
                Metric.RATE, List.of(1_000.0, 1_100.0, 900.0),
                Metric.P50, List.of(0.5, 0.4, 0.6),
                Metric.P99, List.of(2.0, 3.0, 2.5));
        Map<Metric, List<Double>> kuteng = Map.of(
                Metric.RATE, List.of(2_000.0, 1_650.0, 1_800.0),
                Metric.P50, List.of(0.5, 0.5, 0.6),
                Metric.P99, List.of(4.0, 3.0, 2.5));
        return CaseResult.of(
                of,
                20_000,
                Map.of(Client.RAW, raw, Client.KUTENG, kuteng),
                Map.of(Client.CAMEL, "no send <ended> within 30 s"));
    }

    private static Environment environment() {
        return new Environment(
                Instant.parse("2026-11-22T12:00:00Z"),
                "0.1.0",
                "4.17.0",
                "17.0.15",
                List.of("-Xmx512m"),
                "RabbitMQ 3.10.8",
                "amqp://kuteng:***@127.0.0.1:5672/kuteng",
                true,
                "Linux amd64",
                2,
                512,
                0.4);
    }
}
