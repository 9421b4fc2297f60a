package org.kuteng.chaos;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.kuteng.testing.DeliveryLedger;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** Workers, each a process, that are stopped by SIGTERM one after another while there is work for all of them. */
final class RollingStop {
    static final int WORK_MILLIS = 50;
    private static final int PREFETCH = 10;

    /** So many for each worker that the last one is still busy when it is stopped. */
    private static final int MESSAGES_EACH = 300;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final int count;
    private final TestBroker broker;
    private final Site site;
    private final Consumer<String> progress;
    private final List<Duration> stops = new ArrayList<>();
    private final List<Integer> exitCodes = new ArrayList<>();
    private DeliveryLedger books;
    private long doneAtTheLastStop;

    /** @param progress hears a line now and then */
    RollingStop(int workers, KutengProcesses kuteng, TestBroker broker, Consumer<String> progress) {
        this.count = workers;
        this.broker = broker;
        this.progress = progress;
        this.site = new Site(kuteng, broker, "rolling")
                .route("worker")
                .set("prefetch", PREFETCH)
                .set("work.millis", WORK_MILLIS)
                .set("fails.always", "none")
                .set("fails.once", "none");
    }

    RollingStop run() {
        List<KutengProcess> workers = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            workers.add(site.start("worker", "stopped" + i));
        }
        workers.forEach(worker -> worker.awaitLine("Waiting for messages", PATIENCE));
        int messages = count * MESSAGES_EACH;
        try (PlainClient client = broker.client()) {
            client.publish(site.queue(), "number ", messages);
        }
        for (int i = 1; i <= count; i++) {
            String name = "stopped" + i;
            await(name + " is at work").atMost(PATIENCE).until(() -> site.doneBytes(name) > 0);
        }
        progress.accept(count + " workers at work on " + messages + " messages");
        workers.forEach(this::stop);
        doneAtTheLastStop = site.ledger().doneCount();
        progress.accept("all stopped; " + doneAtTheLastStop + " done; the rest goes to fresh workers");
        finish(messages);
        return this;
    }

    private void stop(KutengProcess worker) {
        long since = System.nanoTime();
        worker.sigterm();
        exitCodes.add(worker.awaitExit(PATIENCE));
        stops.add(Duration.ofNanos(System.nanoTime() - since));
    }

    private void finish(int messages) {
        site.set("work.millis", 0);
        List<KutengProcess> fresh = List.of(site.start("worker", "fresh1"), site.start("worker", "fresh2"));
        await("everything is done").atMost(PATIENCE).until(() -> site.ledger().doneCount() == messages);
        fresh.forEach(KutengProcess::sigterm);
        fresh.forEach(worker -> worker.awaitExit(PATIENCE));
        books = site.ledger();
        for (int i = 0; i < messages; i++) {
            books.confirmed("number " + i);
        }
    }

    DeliveryLedger ledger() {
        return books;
    }

    /** Whether there was work left for the one that was stopped last. */
    boolean wasUnderLoad() {
        return doneAtTheLastStop < (long) count * MESSAGES_EACH;
    }

    Duration slowest() {
        return Collections.max(stops);
    }

    static Duration allowed() {
        return Duration.ofMillis(WORK_MILLIS).plusSeconds(1);
    }

    boolean isAsPromised() {
        return books.lost().isEmpty()
                && books.repetitions() == 0
                && slowest().compareTo(allowed()) <= 0
                && wasUnderLoad();
    }

    /** A table in Markdown. */
    String table() {
        List<Duration> sorted = new ArrayList<>(stops);
        Collections.sort(sorted);
        return """
                | what | figure |
                | --- | --- |
                | worker processes stopped by SIGTERM one after another | %d (work %d ms, prefetch %d) |
                | messages | %d, of them done before the last stop %d |
                | lost | %d |
                | done twice | %d |
                | from the signal to the end of the process, median and worst (allowed) | %d ms, %d ms (%d ms) |
                | exit codes | %s |
                """.formatted(
                        count,
                        WORK_MILLIS,
                        PREFETCH,
                        books.confirmedCount(),
                        doneAtTheLastStop,
                        books.lost().size(),
                        books.repetitions(),
                        sorted.get(sorted.size() / 2).toMillis(),
                        slowest().toMillis(),
                        allowed().toMillis(),
                        exitCodes.stream().distinct().toList());
    }
}
