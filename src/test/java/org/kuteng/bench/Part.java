package org.kuteng.bench;

import java.time.Duration;
import java.util.List;
import org.kuteng.broker.QueueType;

/** What bench/run measures: one part for each of the bars. */
enum Part {
    CONSUME("Bar 1: consuming with acknowledgements, 1 consumer", QueueType.DURABLE, 60_000, 3),
    PUBLISH("Bar 2: confirmed publishing from many in flight", QueueType.DURABLE, 40_000, 2),
    PERFTEST(
            "Bar 3: both ends at once, beside PerfTest, transient queue as PerfTest has it", QueueType.TRANSIENT, 0, 5),
    PERFTEST_DURABLE("Bar 3, durable queue and persistent messages (-f persistent)", QueueType.DURABLE, 0, 5),
    LATENCY("Bar 4: latency at 1,000 messages a second", QueueType.DURABLE, 0, 3),
    CONCURRENCY("Bar 5: 5 ms of waiting work, 1 to 64 concurrent consumers", QueueType.DURABLE, 0, 1),
    FORWARD("Job: forward from queue to queue", Mode.FORWARD, 20_000),
    FORWARD_ASYNC("Job: forward with asyncConsumer=true", Mode.FORWARD_ASYNC, 20_000),
    FILE("Job: a file of 20,000 lines, each one sent", Mode.FILE, 20_000),
    SPLIT("Job: a parallel split of 20,000 parts that sends", Mode.SPLIT, 20_000),
    DRAIN("Job: drain of an empty job, 10 consumers", Mode.DRAIN, 100_000),
    STORM("Job: a storm, 5,000 messages fail twice and wait 1 s each time", Mode.STORM, 5_000),
    TEXT("Job: large texts that the work reads", Mode.TEXT, 20_000),
    TEXT_UNREAD("Job: large texts that the work does not read", Mode.TEXT_UNREAD, 20_000),
    ROUTES("Job: 20 routes on 20 queues", Mode.ROUTES, 100_000);

    /** A time is what ends the measurement. */
    private static final int MANY = 4_000_000;

    private static final int SIZE = 16;

    private final String title;
    private final Mode job;
    private final QueueType queue;
    private final int messages;
    private final int seconds;

    Part(String title, QueueType queue, int messages, int seconds) {
        this.title = title;
        this.job = null;
        this.queue = queue;
        this.messages = messages;
        this.seconds = seconds;
    }

    /** A job on a durable queue, to its end. */
    Part(String title, Mode job, int messages) {
        this.title = title;
        this.job = job;
        this.queue = QueueType.DURABLE;
        this.messages = messages;
        this.seconds = 0;
    }

    /** Whether it ends when everything is done, and not after a time. */
    boolean isJob() {
        return job != null;
    }

    String word() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    String title() {
        return title;
    }

    QueueType queue() {
        return queue;
    }

    int seconds() {
        return seconds;
    }

    boolean isBesidePerfTest() {
        return this == PERFTEST || this == PERFTEST_DURABLE;
    }

    Plan plan(int rounds) {
        Mode mode = isJob()
                ? job
                : switch (this) {
                    case CONSUME -> Mode.CONSUME;
                    case PUBLISH -> Mode.PUBLISH;
                    case PERFTEST, PERFTEST_DURABLE -> Mode.BOTH;
                    case LATENCY -> Mode.LATENCY;
                    case CONCURRENCY -> Mode.CONCURRENCY;
                    default -> throw new IllegalStateException(name());
                };
        List<Client> clients =
                switch (this) {
                    case PUBLISH ->
                        List.of(
                                Client.RAW_BEST,
                                Client.RAW,
                                Client.CAMEL_CONFIRMS,
                                Client.CAMEL_CONFIRMS_64,
                                Client.KUTENG);
                    case PERFTEST, PERFTEST_DURABLE -> List.of(Client.KUTENG);
                    case LATENCY -> List.of(Client.RAW, Client.RAW_BEST, Client.KUTENG);
                    case CONCURRENCY -> List.of(Client.RAW, Client.KUTENG);
                    case CONSUME -> List.of(Client.RAW_BEST, Client.RAW, Client.CAMEL, Client.KUTENG);
                    default -> List.of(Client.RAW_BEST, Client.KUTENG);
                };
        return new Plan(
                List.of(mode),
                clients,
                List.of(SIZE),
                List.of(queue),
                rounds,
                messages == 0 ? MANY : messages,
                Duration.ofSeconds(Math.max(1, seconds)),
                Plan.DEFAULT_PREFETCH,
                Plan.DEFAULT_RATE,
                Plan.DEFAULT_CONSUMERS);
    }

    /** The bars of a part that is not measured beside PerfTest. */
    List<Bar> bars(List<CaseResult> results) {
        CaseResult first = results.get(0);
        return switch (this) {
            case CONSUME ->
                List.of(
                        Bar.atLeast(
                                1.5,
                                "1: consuming, kuteng / raw with an ack a message",
                                ratio(first, Client.RAW, Metric.RATE)),
                        Bar.atLeast(
                                0.9,
                                "1: consuming, kuteng / raw with an ack for 100",
                                ratio(first, Client.RAW_BEST, Metric.RATE)));
            case PUBLISH ->
                List.of(
                        Bar.atLeast(
                                0.8,
                                "2: publishing, kuteng / raw with a window of 1,000",
                                ratio(first, Client.RAW_BEST, Metric.RATE)),
                        Bar.atLeast(
                                20,
                                "2: publishing, kuteng / plain Camel with confirms",
                                ratio(first, Client.CAMEL_CONFIRMS, Metric.RATE)));
            case LATENCY ->
                List.of(
                        Bar.atMost(1.5, "4: p50, kuteng / raw", ratio(first, Client.RAW, Metric.P50)),
                        Bar.atMost(1.5, "4: p99, kuteng / raw", ratio(first, Client.RAW, Metric.P99)));
            case CONCURRENCY -> concurrency(results.get(results.size() - 1));
            case PERFTEST, PERFTEST_DURABLE -> throw new IllegalStateException("measured beside PerfTest");
            default ->
                results.stream()
                        .map(each -> Bar.atLeast(
                                goal(each.of()), each.of().title(), ratio(each, Client.RAW_BEST, Metric.RATE)))
                        .toList();
        };
    }

    private static double goal(Case of) {
        return switch (of.mode()) {
            case FORWARD -> of.consumers() == 1 ? 0.75 : 0.9;
            case FILE -> 0.7;
            case DRAIN -> 0.95;
            case STORM, TEXT, TEXT_UNREAD -> 0.8;
            default -> 0.9;
        };
    }

    private static Figures ratio(CaseResult result, Client other, Metric metric) {
        Figures ratio = result.ratio(Client.KUTENG, other, metric);
        return ratio == null ? new Figures(List.of()) : ratio;
    }

    private static List<Bar> concurrency(CaseResult most) {
        Figures figures = most.figures(Client.KUTENG, Metric.RATE);
        Figures ofIdeal = new Figures(
                figures.values().stream().map(rate -> rate / most.ideal()).toList());
        int consumers = most.of().consumers();
        return List.of(
                Bar.atLeast(0.95, "5: " + consumers + " consumers, kuteng / ideal", ofIdeal),
                Bar.atLeast(
                        0.95,
                        "5: " + consumers + " consumers, kuteng / raw (what the broker gives)",
                        ratio(most, Client.RAW, Metric.RATE)));
    }
}
