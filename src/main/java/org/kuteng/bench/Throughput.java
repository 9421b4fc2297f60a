package org.kuteng.bench;

import java.time.Duration;
import java.util.Map;

/** Messages a second: publishing, consuming, or both at once. */
final class Throughput implements Measurement {
    /** For the first message, and for the rest of those that were sent. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Mode mode;
    private final Contestants contestants;
    private final byte[] body;
    private final int messages;
    private final Duration length;
    private final int prefetch;

    /** @param messages how many there are at the most */
    Throughput(Case of, Plan plan, int messages, Contestants contestants) {
        this.mode = of.mode();
        this.contestants = contestants;
        this.body = new byte[of.size()];
        this.messages = messages;
        this.length = plan.length();
        this.prefetch = plan.prefetch();
    }

    @Override
    public Map<Metric, Double> of(Client client, BenchQueue queue) throws InterruptedException {
        double rate =
                switch (mode) {
                    case PUBLISH -> publish(client, queue);
                    case CONSUME -> consume(client, queue);
                    default -> both(client, queue);
                };
        return Map.of(Metric.RATE, rate);
    }

    private double publish(Client client, BenchQueue queue) throws InterruptedException {
        try (Sender sender = contestants.sender(client, queue)) {
            long begin = System.nanoTime();
            int sent = send(sender);
            return sent * 1e9 / (System.nanoTime() - begin);
        }
    }

    /** @return how many were sent, and confirmed where the client asks for it */
    private int send(Sender sender) throws InterruptedException {
        long deadline = System.nanoTime() + length.toNanos();
        int sent = 0;
        while (sent < messages && System.nanoTime() - deadline < 0) {
            sender.send(body);
            sent++;
        }
        sender.awaitConfirmed();
        return sent;
    }

    private double consume(Client client, BenchQueue queue) throws InterruptedException {
        contestants.fill(queue, body, messages);
        Arrivals arrivals = new Arrivals();
        try (Receiver receiver = contestants.receiver(client, queue, new Receiver.Intake(1, prefetch, arrivals))) {
            if (!arrivals.await(1, PATIENCE)) {
                throw new BenchException("no message arrived within " + PATIENCE.toSeconds() + " s", null);
            }
            arrivals.await(messages, length);
            return arrivals.rate();
        }
    }

    private double both(Client client, BenchQueue queue) throws InterruptedException {
        Arrivals arrivals = new Arrivals();
        try (Receiver receiver = contestants.receiver(client, queue, new Receiver.Intake(1, prefetch, arrivals));
                Sender sender = contestants.sender(client, queue)) {
            long begin = System.nanoTime();
            int sent = send(sender);
            long confirmed = System.nanoTime();
            if (!arrivals.await(sent, PATIENCE)) {
                throw new BenchException("of " + sent + " messages only " + arrivals.count() + " arrived", null);
            }
            return sent * 1e9 / (Math.max(confirmed, arrivals.lastAt()) - begin);
        }
    }
}
