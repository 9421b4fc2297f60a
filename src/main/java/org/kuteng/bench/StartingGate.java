package org.kuteng.bench;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Work that waits until all consumers are there: else the first of them would work while the last ones still start, and
 * the start of a client would count as its work.
 */
final class StartingGate implements Consumer<byte[]> {
    /** Longer than any client takes to start. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CountDownLatch open = new CountDownLatch(1);
    private final Arrivals arrivals = new Arrivals();
    private volatile long openedAt;

    @Override
    public void accept(byte[] body) {
        try {
            open.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        arrivals.accept(body);
    }

    void open() {
        openedAt = System.nanoTime();
        open.countDown();
    }

    Arrivals arrivals() {
        return arrivals;
    }

    /** Messages a second from the opening to the last one. */
    double rate() {
        return arrivals.count() * 1e9 / (arrivals.lastAt() - openedAt);
    }
}
