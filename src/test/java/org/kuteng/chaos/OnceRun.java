package org.kuteng.chaos;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestDatabase;

/** Workers as processes of the real program write one row for each message, while things are killed under them. */
final class OnceRun {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Nothing that fails by a kill waits longer. */
    private static final List<String> RETRY_DELAYS = List.of("1s", "2s");

    /** Longer than anything waits in a queue or for a database that is back. */
    private static final Duration QUIET = Duration.ofSeconds(5);

    private final OncePlan plan;
    private final TestBroker broker;
    private final TestDatabase database;
    private final Consumer<String> progress;
    private final Site site;
    private final List<Seat> workers = new ArrayList<>();
    private final long begin = System.nanoTime();
    private int nextWorker;

    /** @param progress hears a line now and then */
    OnceRun(
            OncePlan plan,
            KutengProcesses kuteng,
            TestBroker broker,
            TestDatabase database,
            Consumer<String> progress) {
        this.plan = plan;
        this.broker = broker;
        this.database = database;
        this.progress = progress;
        this.site = new Site(kuteng, broker, "once-" + plan.mode())
                .route("once")
                .set("prefetch", OncePlan.PREFETCH)
                .set("consumers", OncePlan.CONSUMERS)
                .set("work.millis", OncePlan.WORK_MILLIS)
                .set("kuteng.once", plan.mode())
                .set("kuteng.database.url", database.url())
                .set("kuteng.database.user", database.user())
                .set("kuteng.database.password", database.password())
                .set("kuteng.retry.delays", String.join(",", RETRY_DELAYS));
    }

    OnceReport run() {
        database.execute("DROP TABLE IF EXISTS effect");
        database.execute("CREATE TABLE effect (id VARCHAR(255))");
        for (int i = 1; i <= plan.workers(); i++) {
            workers.add(new Seat(site, "once", i));
        }
        workers.forEach(Seat::fill);
        workers.forEach(seat -> seat.process().awaitLine("Waiting for messages", PATIENCE));
        broker.writeDeclarations();
        long since = System.nanoTime();
        TwicePublisher publisher = new TwicePublisher(broker, site.queue(), plan.keys(), this::done);
        Thread publishing = new Thread(publisher, "publisher");
        publishing.setDaemon(true);
        publishing.start();
        tell("all at work: " + plan.workers() + " workers");
        for (OncePlan.Strike strike : plan.strikes()) {
            await(strike.after() + " done")
                    .pollInterval(POLL)
                    .atMost(Duration.ofMinutes(10))
                    .until(() -> {
                        publisher.hasEnded();
                        return done() >= strike.after();
                    });
            strike(strike.fault());
        }
        awaitWorkedOff(publisher);
        Duration took = Duration.ofNanos(System.nanoTime() - since).minus(QUIET);
        workers.forEach(seat -> seat.process().sigterm());
        workers.forEach(seat -> seat.process().awaitExit(PATIENCE));
        return report(took);
    }

    private long done() {
        return site.done();
    }

    private void strike(OncePlan.Fault fault) {
        switch (fault) {
            case WORKER_KILL -> workers.get(nextWorker++ % workers.size()).killAndReplace();
            case BROKER_KILL -> {
                broker.kill();
                broker.start();
            }
            case DATABASE_KILL -> {
                database.kill();
                database.start();
            }
        }
        tell(fault.text + "; " + done() + " done");
    }

    /** Until everything is published, all queues are empty, and nothing more is done. */
    private void awaitWorkedOff(TwicePublisher publisher) {
        long[] last = {-1, System.nanoTime()};
        await("everything worked off")
                .pollInterval(Duration.ofMillis(500))
                .atMost(Duration.ofMinutes(15))
                .ignoreExceptions()
                .until(() -> {
                    long now = done();
                    if (now != last[0] || !publisher.hasEnded() || waiting() > 0) {
                        last[0] = now;
                        last[1] = System.nanoTime();
                    }
                    return System.nanoTime() - last[1] > QUIET.toNanos();
                });
    }

    private long waiting() {
        try (PlainClient client = broker.client()) {
            long waiting = client.messages(site.queue()) + client.messages(site.queue() + ".redelivered");
            for (String delay : RETRY_DELAYS) {
                waiting += client.messages(site.queue() + ".retry." + delay);
            }
            return waiting;
        }
    }

    private OnceReport report(Duration took) {
        long keys = database.number("SELECT COUNT(DISTINCT id) FROM effect WHERE id LIKE 'key-%'");
        return new OnceReport(
                plan,
                database.kind(),
                database.number("SELECT COUNT(*) FROM effect"),
                plan.keys() - keys,
                database.number("SELECT COUNT(*) FROM (SELECT id FROM effect GROUP BY id HAVING COUNT(*) > 1) AS d"),
                broker.readyMessages(site.queue() + ".dead"),
                took);
    }

    private void tell(String line) {
        progress.accept("%7.1f s  %s".formatted((System.nanoTime() - begin) / 1e9, line));
    }
}
