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
    CONCURRENCY("concurrency", "work that waits, on more and more concurrent consumers", Metric.RATE),
    FORWARD("forward", "taking from one queue and sending to another", Metric.RATE),
    FORWARD_ASYNC("forward-async", "the same with asyncConsumer=true", Metric.RATE),
    FILE("file", "sending each line of a file, by a streaming split", Metric.RATE),
    SPLIT("split", "sending each part of a list, by a parallel split", Metric.RATE),
    DRAIN("drain", "consuming without any work, on several concurrent consumers", Metric.RATE),
    STORM("storm", "work that fails twice, and is tried again after 1 s", Metric.RATE),
    TEXT("text", "consuming large texts that the work reads", Metric.RATE),
    TEXT_UNREAD("text-unread", "consuming large texts that the work does not read", Metric.RATE),
    ROUTES("routes", "consuming from many queues, with a route for each", Metric.RATE);

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

    /** Whether it is a whole job, which is measured beside the raw client only, at its best. */
    public boolean isJob() {
        return compareTo(FORWARD) >= 0;
    }

    public List<Metric> metrics() {
        return metrics;
    }
}
