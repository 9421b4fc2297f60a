package org.kuteng.work;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.events.WorkEvents;
import org.kuteng.publish.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The workers of a process, and what they share. */
public final class Workers {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng");

    /** How often a stop says what it waits for. */
    private static final Duration STOP_REPORT_INTERVAL = Duration.ofSeconds(5);

    /** How many messages a report of a stop names for each route. */
    private static final int MOST_NAMED = 3;

    private static final int MILLIS_SHOWN_BELOW = 10_000;

    private final Set<WorkerConsumer> running = ConcurrentHashMap.newKeySet();
    private final Shared shared;
    private final BufferedBytes bufferedBytes;

    private volatile BiConsumer<WorkerConsumer, BrokerException> refusalListener = (worker, fault) -> {};
    private volatile Runnable readyListener = () -> {};

    /** When the stop that is under way ends, in terms of {@link System#nanoTime()}; null if none is. */
    private volatile Long stopDeadline;

    /**
     * What the workers of a process share.
     *
     * @param broker asked for when the first worker begins
     * @param failurePublisher sends what failed; asked for when it is needed
     * @param failureHandler null if messages whose work failed go back to their queue
     * @param onceOnly null if every delivery is worked on
     */
    public record Shared(
            Supplier<Broker> broker,
            Supplier<Publisher> failurePublisher,
            FailureHandler failureHandler,
            OnceOnly onceOnly,
            WorkerSettings settings,
            WorkEvents events) {}

    public Workers(Shared shared) {
        this.shared = shared;
        this.bufferedBytes = new BufferedBytes(shared.settings().bufferBytes());
    }

    /**
     * Called when the broker refuses what a worker needs, and trying again cannot help: the worker has no consumers
     * then. Unset: it is logged only.
     */
    public void onRefusal(BiConsumer<WorkerConsumer, BrokerException> listener) {
        refusalListener = listener;
    }

    /** Called whenever a worker has got all of its consumers, at start and after each loss; unset: nobody is told. */
    public void onReady(Runnable listener) {
        readyListener = listener;
    }

    Broker broker() {
        return shared.broker().get();
    }

    Publisher failurePublisher() {
        return shared.failurePublisher().get();
    }

    FailureHandler failureHandler() {
        return shared.failureHandler();
    }

    OnceOnly onceOnly() {
        return shared.onceOnly();
    }

    WorkerSettings settings() {
        return shared.settings();
    }

    WorkEvents events() {
        return shared.events();
    }

    BufferedBytes bufferedBytes() {
        return bufferedBytes;
    }

    void started(WorkerConsumer worker) {
        running.add(worker);
    }

    void stopped(WorkerConsumer worker) {
        running.remove(worker);
    }

    void ready() {
        readyListener.run();
    }

    void refused(WorkerConsumer worker, BrokerException fault) {
        refusalListener.accept(worker, fault);
    }

    /** The workers that run now. */
    public List<WorkerConsumer> all() {
        return List.copyOf(running);
    }

    /**
     * Lets workers finish the messages in hand and hand the rest back to the queue; all at the same time, so that
     * stopping takes as long as the longest work and not as long as all of it. Says every 5 s what it waits for. What
     * is not done when the time is over goes back to its queue when the worker's route stops.
     *
     * @param routeIds whose workers
     */
    public void stop(Predicate<String> routeIds) {
        List<WorkerConsumer> some = all().stream()
                .filter(worker -> routeIds.test(worker.getRouteId()))
                .toList();
        some.forEach(WorkerConsumer::stopTaking);
        long deadline = deadline();
        long begun = System.nanoTime();
        long nextReport = begun + STOP_REPORT_INTERVAL.toNanos();
        while (true) {
            long until = Math.min(deadline, nextReport);
            some.forEach(worker -> worker.awaitIdle(until));
            if (some.stream().allMatch(WorkerConsumer::isIdle)) {
                return;
            }
            if (Thread.currentThread().isInterrupted() || isOver(deadline)) {
                return;
            }
            report(some);
            nextReport += STOP_REPORT_INTERVAL.toNanos();
        }
    }

    /** One budget for the whole of a stop: that of the stop under way, or else a new one. */
    long deadline() {
        Long underWay = stopDeadline;
        return underWay != null
                ? underWay
                : System.nanoTime() + settings().stopTimeout().toNanos();
    }

    private boolean isOver(long deadline) {
        Long underWay = stopDeadline;
        return System.nanoTime() - (underWay == null ? deadline : underWay) >= 0;
    }

    /** The process stops: all that is waited for from now on shares one budget, the setting's. */
    public void beginStop() {
        if (stopDeadline == null) {
            stopDeadline = System.nanoTime() + settings().stopTimeout().toNanos();
        }
    }

    /** How much of the budget of the stop is left; all of it if none is under way. */
    public Duration stopTimeLeft() {
        return Duration.ofNanos(Math.max(0, deadline() - System.nanoTime()));
    }

    /** Whoever asked for the stop asked again: nothing is waited for any longer. */
    public void stopNow() {
        stopDeadline = System.nanoTime();
    }

    private void report(List<WorkerConsumer> workers) {
        for (WorkerConsumer worker : workers) {
            List<Work> works =
                    worker.inHand().stream().filter(work -> !work.isParked()).toList();
            if (works.isEmpty()) {
                continue;
            }
            StringBuilder line = new StringBuilder();
            works.stream().limit(MOST_NAMED).forEach(work -> line.append(line.length() == 0 ? "" : ", ")
                    .append(name(work))
                    .append(" (for ")
                    .append(text(work.age()))
                    .append(')'));
            if (works.size() > MOST_NAMED) {
                line.append(" and ").append(works.size() - MOST_NAMED).append(" more");
            }
            LOG.info("stopping: waiting for {} to finish {}; {} left", worker.getRouteId(), line, text(stopTimeLeft()));
        }
    }

    private static String name(Work work) {
        String id = work.delivery().properties().getMessageId();
        return id == null ? "a message without message-id" : "message " + id;
    }

    /** A duration as people write it: {@code 350 ms}, {@code 12 s}. */
    String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis < TimeUnit.SECONDS.toMillis(1)) {
            return millis + " ms";
        }
        return millis < MILLIS_SHOWN_BELOW
                ? String.format(java.util.Locale.ROOT, "%.1f s", millis / 1000.0)
                : duration.toSeconds() + " s";
    }
}
