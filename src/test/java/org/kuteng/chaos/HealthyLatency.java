package org.kuteng.chaos;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/**
 * How long healthy messages take, from being sent until their worker's answer is here, when all messages are healthy (A)
 * and when every second one fails at each of its attempts (B): A B A B in one run, at the same rate. One
 * round is an A and a B; on a busy machine take many short ones, and look at the median of their factors.
 */
final class HealthyLatency {
    private static final int RATE = 300;
    private static final int CONSUMERS = 4;
    private static final int PREFETCH = 10;
    private static final int WORK_MILLIS = 2;

    /** Two attempts after the first, each of which loads the workers as well. */
    private static final String RETRY_DELAYS = "1s,2s";

    private static final int WARM_UP_SECONDS = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final TestBroker broker;
    private final Site site;
    private final int rounds;
    private final int seconds;
    private final Consumer<String> progress;
    private final ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
    private final List<Phase> phases = new ArrayList<>();

    private record Phase(String name, long median, long p99) {}

    /**
     * @param rounds of an A and a B each
     * @param seconds how long each A and each B sends
     * @param durableAnswers whether a worker also waits until its answer is on disk
     */
    record Size(int rounds, int seconds, boolean durableAnswers) {}

    HealthyLatency(KutengProcesses kuteng, TestBroker broker, Size size, Consumer<String> progress) {
        this.broker = broker;
        this.rounds = size.rounds();
        this.seconds = size.seconds();
        this.progress = progress;
        this.site = new Site(kuteng, broker, "latency")
                .route("timed")
                .set("consumers", CONSUMERS)
                .set("prefetch", PREFETCH)
                .set("work.millis", WORK_MILLIS)
                .set("answers.durable", size.durableAnswers())
                .set("kuteng.retry.delays", RETRY_DELAYS);
    }

    HealthyLatency run() {
        site.start("timed", "worker").awaitLine("Waiting for messages");
        try (PlainClient sender = broker.client();
                PlainClient receiver = broker.client()) {
            receiver.channel()
                    .basicConsume(
                            site.queue() + ".answers", true, (tag, answer) -> answered(answer.getBody()), tag -> {});
            phase(sender, "warm-up", WARM_UP_SECONDS, true);
            for (int i = 0; i < 2 * rounds; i++) {
                String name = i % 2 == 0 ? "A" : "B";
                List<Long> sorted = phase(sender, name, seconds, name.equals("B"));
                Phase phase = new Phase(name, at(sorted, 0.5), at(sorted, 0.99));
                phases.add(phase);
                progress.accept(phase.toString());
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answered(byte[] body) {
        String[] words = new String(body, StandardCharsets.UTF_8).split(" ");
        if (words[0].equals("good")) {
            latencies.add(System.nanoTime() - Long.parseLong(words[1]));
        }
    }

    private List<Long> phase(PlainClient sender, String name, int length, boolean failing) {
        latencies.clear();
        int pairs = RATE * length / 2;
        long dead = sender.messages(site.queue() + ".dead");
        long begin = System.nanoTime();
        for (int i = 0; i < pairs; i++) {
            at(sender, begin, 2 * i, "good");
            at(sender, begin, 2 * i + 1, failing ? "bad" : "other");
        }
        long buried = dead + (failing ? pairs : 0);
        await(name + " is over")
                .atMost(PATIENCE)
                .until(() -> latencies.size() == pairs && sender.messages(site.queue() + ".dead") == buried);
        return latencies.stream().sorted().toList();
    }

    private static void at(PlainClient sender, long begin, int number, String kind) {
        long due = begin + number * 1_000_000_000L / RATE;
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        sender.publishUnconfirmed("latency", kind + " " + System.nanoTime(), MessageProperties.PERSISTENT_TEXT_PLAIN);
    }

    private static long at(List<Long> sorted, double part) {
        return sorted.get((int) Math.min(sorted.size() - 1, Math.round(part * sorted.size())));
    }

    /** The p99 with failures against that without: of each round, sorted. */
    private List<Double> factors() {
        List<Long> healthy = p99("A");
        List<Long> failing = p99("B");
        return IntStream.range(0, rounds)
                .mapToObj(i -> (double) failing.get(i) / healthy.get(i))
                .sorted()
                .toList();
    }

    /** The median of the rounds; the mean of the two in the middle if they are even in number. */
    double factor() {
        List<Double> factors = factors();
        return (factors.get((rounds - 1) / 2) + factors.get(rounds / 2)) / 2;
    }

    private List<Long> p99(String name) {
        return phases.stream().filter(p -> p.name.equals(name)).map(Phase::p99).toList();
    }

    boolean isAsPromised() {
        return factor() < 2;
    }

    /** A table in Markdown. */
    String table() {
        StringBuilder table =
                new StringBuilder("""
                %d messages a second for %d s each, one worker process with %d consumers, prefetch %d, work %d ms,
                retries after %s, then buried

                | run | median | p99 of the healthy |
                | --- | --- | --- |
                """.formatted(RATE, seconds, CONSUMERS, PREFETCH, WORK_MILLIS, RETRY_DELAYS));
        phases.forEach(p -> table.append("| %s | %.1f ms | %.1f ms |%n"
                .formatted(
                        p.name.equals("A") ? "A: all healthy" : "B: every second one fails",
                        p.median / 1e6,
                        p.p99 / 1e6)));
        String all = factors().stream().map("%.2f"::formatted).collect(Collectors.joining(", "));
        table.append("| p99 of B / p99 of A, median of the rounds (each) | | %.2f (%s) |%n".formatted(factor(), all));
        return table.toString();
    }
}
