package org.kuteng.bench;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Messages a second when each one's work waits for something else, on several concurrent consumers. */
final class Concurrency implements Measurement {
    /** How long the work on a message waits. */
    static final Duration WORK = Duration.ofMillis(5);

    /** How many messages the broker sends ahead to each consumer: enough for the time of 20 messages. */
    static final int PREFETCH = 20;

    /** Each consumer has had so many before the count begins. */
    private static final int SETTLING = 10;

    private static final double FILL_RESERVE = 1.2;

    private final Contestants contestants;
    private final int consumers;
    private final byte[] body;
    private final Duration length;

    Concurrency(Case of, Plan plan, Contestants contestants) {
        this.contestants = contestants;
        this.consumers = of.consumers();
        this.body = new byte[of.size()];
        this.length = plan.length();
    }

    /** Messages a second if the work were all that takes time. */
    static double ideal(int consumers) {
        return consumers * 1e9 / WORK.toNanos();
    }

    @Override
    public Map<Metric, Double> of(Client client, BenchQueue queue) throws InterruptedException {
        int counted = (int) (ideal(consumers) * length.toNanos() / 1e9);
        contestants.fill(queue, body, (int) (FILL_RESERVE * counted) + consumers * (SETTLING + PREFETCH));
        Arrivals done = new Arrivals();
        AtomicBoolean over = new AtomicBoolean();
        Receiver.Intake intake = new Receiver.Intake(consumers, PREFETCH, message -> {
            if (!over.get()) {
                work();
            }
            done.accept(message);
        });
        try (Receiver receiver = contestants.receiver(client, queue, intake)) {
            if (!done.await((long) SETTLING * consumers, Throughput.PATIENCE)) {
                throw new BenchException(
                        "only " + done.count() + " messages were done within " + Throughput.PATIENCE.toSeconds() + " s",
                        null);
            }
            long before = done.count();
            long begin = System.nanoTime();
            Thread.sleep(length.toMillis());
            double rate = (done.count() - before) * 1e9 / (System.nanoTime() - begin);
            // some clients work off at their end what the broker has sent ahead
            over.set(true);
            return Map.of(Metric.RATE, rate);
        }
    }

    private static void work() {
        long end = System.nanoTime() + WORK.toNanos();
        for (long left = WORK.toNanos();
                left > 0 && !Thread.currentThread().isInterrupted();
                left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
