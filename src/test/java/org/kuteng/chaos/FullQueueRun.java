package org.kuteng.chaos;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.kuteng.chaos.FullQueuePlan.Place;
import org.kuteng.testing.DeliveryLedger;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** Processes of the real program beside a queue that is full again and again. */
final class FullQueueRun {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(300);

    /** Who gets nothing done for so long does it no more. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    /** The same where losses are expected. */
    private static final Duration SHORTLY_IDLE = Duration.ofSeconds(5);

    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final int PUBLISHED_TOGETHER = 500;
    private static final String RETRY_DELAY = "1s";

    private final FullQueuePlan plan;
    /** What a worker says the first time that a queue does not take a message of its. */
    private static final String REFUSED = "a message stays in hand, since .* was refused by the broker";

    private final KutengProcesses kuteng;
    private final TestBroker broker;
    private final Consumer<String> progress;
    private final Site site;
    private final Set<String> published = new HashSet<>();
    private final Set<String> buried = new HashSet<>();
    private final Set<String> left = new HashSet<>();
    private final long begin = System.nanoTime();
    private int timesFull;

    /** @param progress hears a line now and then */
    FullQueueRun(FullQueuePlan plan, KutengProcesses kuteng, TestBroker broker, Consumer<String> progress) {
        this.plan = plan;
        this.kuteng = kuteng;
        this.broker = broker;
        this.progress = progress;
        String place = plan.place().name().toLowerCase(java.util.Locale.ROOT);
        this.site = new Site(kuteng, broker, "full-" + place + "-" + plan.queueType() + (plan.safe() ? "" : "-unsafe"))
                .route(plan.place() == Place.WORK ? "worker" : "failing")
                .route("producer")
                .set("kuteng.queue.type", plan.queueType())
                .set("kuteng.confirm", plan.safe())
                .set("kuteng.retry.delays", plan.place() == Place.DEAD ? "none" : RETRY_DELAY)
                .set("period", FullQueuePlan.PERIOD_MILLIS)
                .set("prefetch", 20)
                .set("work.millis", FullQueuePlan.WORK_MILLIS)
                .set("fails.always", "none")
                .set("fails.once", "none");
    }

    FullQueueReport run() {
        limit();
        List<KutengProcess> workers = start(plan.place() == Place.WORK ? "worker" : "failing", FullQueuePlan.WORKERS);
        workers.forEach(worker -> worker.awaitLine("Waiting for messages", PATIENCE));
        broker.writeDeclarations();
        if (plan.place() == Place.WORK) {
            sendByRoutes();
        } else {
            publish();
        }
        progress.accept("%d confirmed; the rest is worked off".formatted(books().confirmedCount()));
        awaitWorkedOff();
        stop(workers);
        timesFull += refusalsToldBy(workers);
        DeliveryLedger books = books();
        if (!books.lost().isEmpty()) {
            takeWhatIsLeft();
        }
        return new FullQueueReport(plan, books, left, timesFull, since(begin));
    }

    private void limit() {
        switch (plan.place()) {
            case WORK -> broker.limit(site.queue(), plan.limit(), Map.of());
            case DEAD -> broker.limit(dead(), plan.limit(), Map.of());
            case RETRY -> {
                if (!broker.canBeInspected()) {
                    // there a retry queue can be declared only when the one that it leads to is there
                    try (PlainClient client = broker.client()) {
                        client.declareDurable(site.queue());
                    }
                }
                broker.limit(
                        site.queue() + ".retry." + RETRY_DELAY,
                        plan.limit(),
                        Map.of(
                                "x-message-ttl",
                                1_000,
                                "x-dead-letter-exchange",
                                "",
                                "x-dead-letter-routing-key",
                                site.queue()));
            }
        }
    }

    private String dead() {
        return site.queue() + ".dead";
    }

    private String fullQueue() {
        return switch (plan.place()) {
            case WORK -> site.queue();
            case RETRY -> site.queue() + ".retry." + RETRY_DELAY;
            case DEAD -> dead();
        };
    }

    private List<KutengProcess> start(String route, int count) {
        List<KutengProcess> started = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            started.add(site.start(route, route + i));
        }
        return started;
    }

    private static void stop(List<KutengProcess> processes) {
        processes.forEach(KutengProcess::sigterm);
        processes.forEach(process -> process.awaitExit(PATIENCE));
    }

    /** A look from outside may come between two times at which the queue was full. */
    private static int refusalsToldBy(List<KutengProcess> workers) {
        return workers.stream().mapToInt(worker -> worker.lines(REFUSED).size()).sum();
    }

    private void sendByRoutes() {
        List<KutengProcess> producers = start("producer", FullQueuePlan.PRODUCERS);
        awaitMoving("messages confirmed", () -> site.confirmed() >= plan.messages(), site::confirmed);
        stop(producers);
    }

    /** By a plain client: what is looked at is what becomes of it. */
    private void publish() {
        String prefix = plan.place() == Place.DEAD ? "always-" : "once-";
        try (PlainClient client = broker.client()) {
            for (int sent = 0; sent < plan.messages(); sent += PUBLISHED_TOGETHER) {
                int count = Math.min(PUBLISHED_TOGETHER, plan.messages() - sent);
                String body = prefix + sent + "-";
                client.publish(site.queue(), body, count);
                for (int i = 0; i < count; i++) {
                    published.add(body + i);
                }
                look();
            }
        }
    }

    /** Until nothing is missing and nothing more comes, or until nothing has come for long. */
    private void awaitWorkedOff() {
        long[] settledSince = {0};
        awaitMoving(
                "everything worked off",
                () -> {
                    boolean settled = books().isSettled();
                    settledSince[0] = settled ? settledSince[0] : System.nanoTime();
                    return settled && since(settledSince[0]).compareTo(QUIET) > 0;
                },
                () -> books().doneCount() + (long) buried.size());
    }

    private interface Condition {
        boolean holds();
    }

    private interface Figure {
        long value();
    }

    private void awaitMoving(String what, Condition condition, Figure figure) {
        long[] last = {-1, System.nanoTime()};
        await(what).pollInterval(POLL).atMost(Duration.ofHours(1)).until(() -> {
            look();
            long now = figure.value();
            if (now != last[0]) {
                last[0] = now;
                last[1] = System.nanoTime();
            }
            return condition.holds() || since(last[1]).compareTo(plan.safe() ? IDLE : SHORTLY_IDLE) > 0;
        });
    }

    /** Whether the queue is full, and which dead letters there are. */
    private void look() {
        try (PlainClient client = broker.client()) {
            if (client.messages(fullQueue()) >= plan.limit() * 9 / 10) {
                timesFull++;
            }
            take(client, dead(), buried);
        }
    }

    private static void take(PlainClient client, String queue, Set<String> into) {
        for (Optional<GetResponse> got = client.get(queue); got.isPresent(); got = client.get(queue)) {
            into.add(new String(got.get().getBody(), StandardCharsets.UTF_8));
        }
    }

    private DeliveryLedger books() {
        DeliveryLedger books = site.ledger();
        published.forEach(books::confirmed);
        buried.forEach(books::buried);
        return books;
    }

    /** What lies in a queue is not lost, but stuck. */
    private void takeWhatIsLeft() {
        kuteng.killAll();
        Stream.of("", ".redelivered", ".retry." + RETRY_DELAY)
                .map(suffix -> site.queue() + suffix)
                .forEach(queue -> {
                    try (PlainClient client = broker.client()) {
                        take(client, queue, left);
                    } catch (UncheckedIOException e) {
                        // there is no such queue
                    }
                });
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
