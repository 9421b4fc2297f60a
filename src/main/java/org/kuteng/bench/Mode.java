package org.kuteng.bench;

import java.util.List;

/** What is measured. */
public enum Mode {
    PUBLISH("publish", "publishing only", Metric.RATE),
    CONSUME("consume", "consuming only, from a queue that is filled before", Metric.RATE),
    BOTH("both", "publishing and consuming at the same time", Metric.RATE),
    LATENCY(
            "latency",
            "from the time a message is due to be sent to its work, at a fixed rate",
            Metric.P50,
            Metric.P99),
    CONCURRENCY("concurrency", "work that waits, on more and more concurrent consumers", Metric.RATE);

    private final String word;
    private final String description;
    private final List<Metric> metrics;

    Mode(String word, String description, Metric... metrics) {
        this.word = word;
        this.description = description;
        this.metrics = List.of(metrics);
    }

    /** As it is written on the command line and in tables. */
    public String word() {
        return word;
    }

    public String description() {
        return description;
    }

    public List<Metric> metrics() {
        return metrics;
    }
}
