package org.kuteng.bench;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * How long messages take at a rate that nobody finds hard: from the time at which one was due to be sent, so that a
 * sender that was held up does not hide it, until its work begins.
 */
final class Latency implements Measurement {
    /** When it was due, and which one it is. */
    static final int LEAST_SIZE = 2 * Long.BYTES;

    /** Those at the beginning do not count. */
    private static final Duration SETTLING = Duration.ofMillis(300);

    private final Contestants contestants;
    private final int size;
    private final int rate;
    private final int settling;
    private final int messages;
    private final int prefetch;

    Latency(Case of, Plan plan, Contestants contestants) {
        this.contestants = contestants;
        this.size = of.size();
        this.rate = plan.rate();
        this.settling = count(SETTLING);
        this.messages = settling + count(plan.length());
        this.prefetch = plan.prefetch();
    }

    private int count(Duration time) {
        return Math.max(1, (int) (rate * time.toMillis() / 1000));
    }

    @Override
    public Map<Metric, Double> of(Client client, BenchQueue queue) throws InterruptedException {
        long[] nanos = new long[messages - settling];
        AtomicInteger arrived = new AtomicInteger();
        Arrivals arrivals = new Arrivals();
        Receiver.Intake intake = new Receiver.Intake(1, prefetch, body -> {
            ByteBuffer buffer = ByteBuffer.wrap(body);
            long took = System.nanoTime() - buffer.getLong();
            if (buffer.getLong() >= settling) {
                nanos[arrived.getAndIncrement()] = took;
            }
            arrivals.accept(body);
        });
        try (Receiver receiver = contestants.receiver(client, queue, intake);
                // a client that waits for each confirmation could not send at this rate
                Sender sender =
                        client == Client.RAW ? contestants.windowed(queue) : contestants.sender(client, queue)) {
            send(sender);
            if (!arrivals.await(messages, Throughput.PATIENCE)) {
                throw new BenchException("of " + messages + " messages only " + arrivals.count() + " arrived", null);
            }
        }
        return Map.of(
                Metric.P50, Figures.percentile(0.5, nanos, nanos.length) / 1e6,
                Metric.P99, Figures.percentile(0.99, nanos, nanos.length) / 1e6);
    }

    private void send(Sender sender) throws InterruptedException {
        long begin = System.nanoTime();
        for (int i = 0; i < messages; i++) {
            long due = begin + i * 1_000_000_000L / rate;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            sender.send(ByteBuffer.allocate(size).putLong(due).putLong(i).array());
        }
        sender.awaitConfirmed();
    }
}
