package org.kuteng.chaos;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.kuteng.chaos.ChaosPlan.Fault;
import org.kuteng.chaos.ChaosPlan.Strike;
import org.kuteng.testing.DeliveryLedger;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.RabbitMQCluster;
import org.kuteng.testing.RabbitMQNode;
import org.kuteng.testing.TestBroker;

/** Producers and workers as processes of the real program, while things are killed around them and under them. */
final class ChaosRun {
    private static final Duration POLL = Duration.ofMillis(100);

    /** The program, on a busy machine, is back well within it; who is not back then has got stuck. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** No message waits longer than this for its next attempt. */
    private static final String RETRY_DELAYS = "1s,2s";

    private final ChaosPlan plan;
    private final TestBroker broker;
    private final Site site;
    private final Consumer<String> progress;
    private final ChaosReport report;
    private final List<Seat> workers = new ArrayList<>();
    private final List<Seat> producers = new ArrayList<>();
    private final Set<String> buried = new HashSet<>();
    private final long begin = System.nanoTime();
    private int nextWorker;
    private int nextProducer;

    /** @param progress hears a line now and then */
    ChaosRun(ChaosPlan plan, KutengProcesses kuteng, TestBroker broker, Consumer<String> progress) {
        this.plan = plan;
        this.broker = broker;
        this.progress = progress;
        this.report = new ChaosReport(plan);
        this.site = new Site(kuteng, broker, plan.safe() ? "chaos-" + plan.queueType() : "chaos-unsafe")
                .route("producer")
                .route("worker")
                .set("period", ChaosPlan.PRODUCERS * 1000 / plan.rate())
                .set("prefetch", ChaosPlan.PREFETCH)
                .set("work.millis", plan.workMillis())
                .set("kuteng.confirm.window", ChaosPlan.WINDOW)
                // without acknowledgements failed work is lost anyhow: what is to be seen there is what kills lose
                .set("fails.always", plan.safe() ? "13" : "none")
                .set("fails.once", plan.safe() ? "57" : "none")
                .set("kuteng.retry.delays", RETRY_DELAYS);
        if (plan.safe()) {
            site.set("kuteng.queue.type", plan.queueType());
        } else {
            site.profile("simple");
        }
    }

    ChaosReport run() {
        fillAll();
        for (Strike strike : plan.strikes()) {
            awaitConfirmed(strike.after());
            strike(strike.fault());
        }
        awaitConfirmed(plan.messages());
        tell("enough; producers stop");
        producers.forEach(seat -> seat.process().sigterm());
        producers.forEach(seat -> seat.process().awaitExit(PATIENCE));
        awaitWorkedOff();
        workers.forEach(seat -> seat.process().sigterm());
        workers.forEach(seat -> seat.process().awaitExit(PATIENCE));
        report.ended(books(), sinceBegin());
        return report;
    }

    private void fillAll() {
        for (int i = 1; i <= ChaosPlan.WORKERS; i++) {
            workers.add(new Seat(site, "worker", i));
        }
        for (int i = 1; i <= ChaosPlan.PRODUCERS; i++) {
            producers.add(new Seat(site, "producer", i));
        }
        workers.forEach(Seat::fill);
        workers.forEach(seat -> seat.process().awaitLine("Waiting for messages", PATIENCE));
        // RabbitMQ itself loses a queue that was declared just before its end
        broker.writeDeclarations();
        producers.forEach(Seat::fill);
        awaitProgress(everyone(), "start");
        tell("all at work: " + ChaosPlan.PRODUCERS + " producers, " + ChaosPlan.WORKERS + " workers");
    }

    private List<Seat> everyone() {
        return Stream.concat(producers.stream(), workers.stream()).toList();
    }

    private void awaitConfirmed(int count) {
        await(count + " messages confirmed")
                .pollInterval(POLL)
                .atMost(PATIENCE.plusSeconds(plan.messages() / plan.rate() * 3L))
                .until(() -> site.confirmed() >= count);
    }

    private void strike(Fault fault) {
        long since = System.nanoTime();
        List<Seat> watched = everyone();
        switch (fault) {
            case WORKER_KILL -> {
                Seat seat = workers.get(nextWorker++ % workers.size());
                seat.killAndReplace();
                watched = List.of(seat);
            }
            case PRODUCER_KILL -> {
                Seat seat = producers.get(nextProducer++ % producers.size());
                seat.killAndReplace();
                watched = List.of(seat);
            }
            case BROKER_KILL -> {
                broker.kill();
                broker.start();
                report.brokerStarted(since(since));
            }
            case CONNECTIONS_CUT -> broker.closeAllConnections();
            case MEMORY_ALARM -> {
                broker.memoryAlarm(true);
                pass(since, plan.alarm());
                broker.memoryAlarm(false);
                since = System.nanoTime();
            }
            case LEADER_KILL -> {
                RabbitMQNode leader = cluster().leader(site.queue());
                leader.kill();
                awaitProgress(everyone(), fault.text + ", while it is away");
                report.withoutNode(since(since));
                leader.start();
                cluster().awaitMembers();
                since = System.nanoTime();
            }
            case LEADER_FROZEN -> {
                RabbitMQNode leader = cluster().leader(site.queue());
                leader.freeze();
                awaitProgress(everyone(), fault.text + ", while it is frozen");
                report.withoutNode(since(since));
                pass(since, plan.frozen());
                leader.thaw();
                cluster().awaitMembers();
                since = System.nanoTime();
            }
            case ROLLING_RESTART -> {
                cluster().rollingRestart(node -> awaitProgress(everyone(), "restart of " + node.port()));
                since = System.nanoTime();
            }
        }
        awaitProgress(watched, fault.text);
        Duration recovery = since(since);
        report.recovered(fault, recovery);
        tell(fault.text + "; at work again after " + ChaosReport.seconds(recovery) + "; " + site.confirmed()
                + " messages confirmed");
    }

    private RabbitMQCluster cluster() {
        return (RabbitMQCluster) broker;
    }

    /** Lets that much time pass since then. */
    private static void pass(long since, Duration time) {
        await().pollInterval(POLL)
                .atMost(time.multipliedBy(2).plusSeconds(1))
                .until(() -> since(since).compareTo(time) > 0);
    }

    /** Until each of them has got something done. */
    private void awaitProgress(List<Seat> seats, String what) {
        Map<Seat, Long> before = seats.stream().collect(Collectors.toMap(seat -> seat, Seat::progress));
        Set<Seat> waiting = new HashSet<>(seats);
        try {
            await(what).pollInterval(POLL).atMost(PATIENCE).until(() -> {
                waiting.removeIf(seat -> seat.progress() > before.get(seat));
                return waiting.isEmpty();
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "not at work again " + PATIENCE.toSeconds() + " s after " + what + ": "
                            + waiting.stream()
                                    .map(seat -> seat.name() + " " + seat.process())
                                    .collect(Collectors.joining("\n")),
                    e);
        }
    }

    /** Until nothing is missing, or nothing more comes. */
    private void awaitWorkedOff() {
        long[] last = {-1, System.nanoTime()};
        await("everything worked off")
                .pollInterval(Duration.ofMillis(500))
                .atMost(Duration.ofMinutes(15))
                .until(() -> {
                    DeliveryLedger books = books();
                    long got = books.doneCount() + (long) books.buriedCount() + books.repetitions();
                    if (got != last[0]) {
                        last[0] = got;
                        last[1] = System.nanoTime();
                    }
                    Duration idle = since(last[1]);
                    boolean settled = books.isSettled() && idle.toSeconds() >= 3;
                    return settled || idle.toSeconds() >= (plan.safe() ? 40 : 5);
                });
    }

    private DeliveryLedger books() {
        if (plan.safe()) {
            takeDeadLetters();
        }
        DeliveryLedger books = site.ledger();
        buried.forEach(books::buried);
        return books;
    }

    private void takeDeadLetters() {
        try (PlainClient client = broker.client()) {
            String dead = site.queue() + ".dead";
            for (Optional<GetResponse> letter = client.get(dead); letter.isPresent(); letter = client.get(dead)) {
                buried.add(new String(letter.get().getBody(), StandardCharsets.UTF_8));
            }
        }
    }

    private void tell(String line) {
        progress.accept("%7.1f s  %s".formatted(sinceBegin().toMillis() / 1000.0, line));
    }

    private Duration sinceBegin() {
        return since(begin);
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
