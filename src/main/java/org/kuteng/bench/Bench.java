package org.kuteng.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.kuteng.app.KutengCamel;
import org.kuteng.app.Settings;
import org.kuteng.broker.Broker;
import org.kuteng.broker.QueueType;

/**
 * Measures the clients in turn, round by round, so that what disturbs the machine for a while disturbs all of them. Each
 * measurement opens its connections anew; queues are the bench's own, and are deleted at the end whatever ends it.
 */
public final class Bench {
    /** What lies in the queue of a measurement at the most: large messages are fewer. */
    private static final long MOST_BYTES = 64L * 1024 * 1024;

    /** The same of large texts. */
    private static final long MOST_BYTES_OF_TEXTS = 256L * 1024 * 1024;

    /** A rate needs a first message and a last one. */
    private static final int LEAST_MESSAGES = 2;

    /** What a message takes in the heap of the embedded broker besides its body. */
    private static final int EMBEDDED_OVERHEAD = 1_024;

    /** The part of the heap that the queue of the embedded broker may take: it holds producers up at an eighth. */
    private static final int EMBEDDED_HEAP_PARTS = 16;

    /** What the settings have to say for a measurement: by default the second attempt would wait much longer. */
    public static final Map<String, String> SETTINGS =
            Map.of("kuteng.route." + Jobs.STORM_ROUTE + ".retry.delays", Jobs.STORM_DELAYS);

    private final Plan plan;
    private final Broker broker;
    private final boolean embedded;
    private final Function<QueueType, Settings> settings;
    private final BenchProgress progress;
    private final List<CaseResult> results = new ArrayList<>();
    private volatile boolean stopped;
    private volatile Thread runner;
    private int done;

    /**
     * @param embedded whether the broker is in this process, and its messages in this heap
     * @param settings kuteng's own, for a type of queue
     */
    public Bench(
            Plan plan,
            Broker broker,
            boolean embedded,
            Function<QueueType, Settings> settings,
            BenchProgress progress) {
        this.plan = plan;
        this.broker = broker;
        this.embedded = embedded;
        this.settings = settings;
        this.progress = progress;
    }

    /** Lets {@link #run} end soon, with what it has by then. */
    public void stop() {
        stopped = true;
        Thread running = runner;
        if (running != null) {
            running.interrupt();
        }
    }

    /** Whether it was told to stop. */
    public boolean isStopped() {
        return stopped;
    }

    /**
     * Measures everything.
     *
     * @return what is complete, when it is done or told to stop
     * @throws org.kuteng.broker.BrokerException if the broker is lost or refuses
     */
    public List<CaseResult> run() {
        runner = Thread.currentThread();
        try {
            for (QueueType type : plan.queues()) {
                if (!stopped) {
                    run(type);
                }
            }
        } finally {
            runner = null;
            // a stop that came too late for a measurement is for nobody else
            Thread.interrupted();
        }
        return List.copyOf(results);
    }

    private void run(QueueType type) {
        try (BenchQueue queue = new BenchQueue(broker, type, KutengCamel.failureHandling(settings.apply(type)))) {
            try {
                for (Case each : plan.cases(type)) {
                    run(each, queue);
                }
            } catch (InterruptedException e) {
                stopped = true;
            } finally {
                // the queues are to be deleted, even so
                Thread.interrupted();
            }
        }
    }

    private void run(Case each, BenchQueue queue) throws InterruptedException {
        Contestants contestants = new Contestants(broker, settings);
        int messages = messages(each);
        Measurement measurement =
                switch (each.mode()) {
                    case LATENCY -> new Latency(each, plan, contestants);
                    case CONCURRENCY -> new Concurrency(each, plan, contestants);
                    case FORWARD, FORWARD_ASYNC, FILE, SPLIT, DRAIN, STORM, TEXT, TEXT_UNREAD, ROUTES ->
                        new Jobs(each, plan, messages, new JobContestants(broker, settings));
                    default -> new Throughput(each, plan, messages, contestants);
                };
        boolean counted = each.mode() != Mode.LATENCY && each.mode() != Mode.CONCURRENCY;
        Map<Client, Map<Metric, List<Double>>> values = new EnumMap<>(Client.class);
        Map<Client, String> failures = new EnumMap<>(Client.class);
        for (int round = 1 - Plan.WARM_UP_ROUNDS; round <= plan.rounds(); round++) {
            for (Client client : plan.clients(each)) {
                if (!failures.containsKey(client)) {
                    progress.measuring(each, client, Math.max(0, round), done, plan.measurements());
                    measure(measurement, client, queue, round > 0 ? values : null, failures);
                }
                done++;
            }
        }
        failures.keySet().forEach(values::remove);
        results.add(CaseResult.of(each, counted ? messages : 0, values, failures));
    }

    private int messages(Case of) {
        int size = of.size();
        long most = (Jobs.isOfTexts(of.mode()) ? MOST_BYTES_OF_TEXTS : MOST_BYTES) / size;
        if (embedded) {
            long bytes = Runtime.getRuntime().maxMemory() / EMBEDDED_HEAP_PARTS;
            most = Math.min(most, bytes / (size + EMBEDDED_OVERHEAD));
        }
        if (of.mode() == Mode.STORM) {
            most = Math.min(most, Jobs.STORM_MESSAGES);
        }
        return (int) Math.max(LEAST_MESSAGES, Math.min(plan.messages(), most));
    }

    private void measure(
            Measurement measurement,
            Client client,
            BenchQueue queue,
            Map<Client, Map<Metric, List<Double>>> values,
            Map<Client, String> failures)
            throws InterruptedException {
        queue.empty();
        try {
            Map<Metric, Double> measured = measurement.of(client, queue);
            if (values != null) {
                measured.forEach((metric, value) -> values.computeIfAbsent(client, c -> new EnumMap<>(Metric.class))
                        .computeIfAbsent(metric, m -> new ArrayList<>())
                        .add(value));
            }
        } catch (BenchException e) {
            failures.put(client, e.getMessage());
            progress.note(client.word() + " failed and is left out: " + e.getMessage());
        }
    }
}
