package org.kuteng.work;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.events.WorkEvents;
import org.kuteng.publish.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The workers of a process, and what they share. */
public final class Workers {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng");

    /** A stop that takes longer than this says what it waits for, and how often it says it again. */
    private static final Duration FIRST_STOP_REPORT = Duration.ofSeconds(1);

    private static final Duration STOP_REPORT_INTERVAL = Duration.ofSeconds(5);

    /** How often a stop looks whether all is done, or whether it was asked to wait no longer. */
    private static final Duration STOP_CHECK_INTERVAL = Duration.ofMillis(50);

    /** How many messages a report of a stop names for each route. */
    private static final int MOST_NAMED = 3;

    private static final int MILLIS_SHOWN_BELOW = 10_000;

    private final Set<WorkerConsumer> running = ConcurrentHashMap.newKeySet();
    private final Shared shared;
    private final BufferedBytes bufferedBytes;
    private final OpenedAhead openedAhead = new OpenedAhead();

    private volatile BiConsumer<WorkerConsumer, BrokerException> refusalListener = (worker, fault) -> {};
    private volatile Runnable readyListener = () -> {};

    private volatile StopBudget stopBudget;

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
        this.stopBudget = new StopBudget(shared.settings().stopTimeout());
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

    OpenedAhead openedAhead() {
        return openedAhead;
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

    /** What a stop waits for besides the workers: asked again and again. */
    public interface OtherWork {
        /** Nothing else. */
        OtherWork NONE = List::of;

        /** What is not done yet, one entry a line of the log, as in {@code clock to finish 1 exchange}. */
        List<String> unfinished();
    }

    /**
     * Lets workers finish the messages in hand and hand the rest back to the queue; all at the same time, so that
     * stopping takes as long as the longest work and not as long as all of it. Says after a second, and then every 5 s,
     * what it waits for. What is not done when the time is over goes back to its queue when the worker's route stops.
     *
     * @param routeIds whose workers
     */
    public void stop(Predicate<String> routeIds) {
        stop(routeIds, OtherWork.NONE);
    }

    /**
     * The same, and waits for other work at the same time.
     *
     * @return whether all is done
     */
    public boolean stop(Predicate<String> routeIds, OtherWork others) {
        List<WorkerConsumer> some = all().stream()
                .filter(worker -> routeIds.test(worker.getRouteId()))
                .toList();
        some.forEach(WorkerConsumer::stopTaking);
        return await(some, others, System.nanoTime());
    }

    /**
     * Waits until they have no work in hand, or the time for that is over: that of the stop of the process, else the
     * setting's.
     *
     * @param begun when that began, in terms of {@link System#nanoTime()}
     */
    boolean await(List<WorkerConsumer> workers, OtherWork others, long begun) {
        long deadline = begun + settings().stopTimeout().toNanos();
        long nextReport = System.nanoTime() + FIRST_STOP_REPORT.toNanos();
        while (true) {
            long until = System.nanoTime() + STOP_CHECK_INTERVAL.toNanos();
            workers.forEach(worker -> worker.awaitIdle(until));
            boolean idle = workers.stream().allMatch(WorkerConsumer::isIdle);
            if (idle && others.unfinished().isEmpty()) {
                return true;
            }
            if (Thread.currentThread().isInterrupted() || isOver(deadline)) {
                return false;
            }
            if (System.nanoTime() - nextReport >= 0) {
                report(workers, others, deadline);
                nextReport += STOP_REPORT_INTERVAL.toNanos();
            }
            if (idle) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
        }
    }

    /**
     * Whether work is not waited for any longer.
     *
     * @param deadline if the process does not stop, in terms of {@link System#nanoTime()}
     */
    public boolean isOver(long deadline) {
        return stopBudget.hasBegun() ? stopBudget.isWaitOver() : System.nanoTime() - deadline >= 0;
    }

    /** The time that the stop of the process may take. */
    public StopBudget stopBudget() {
        return stopBudget;
    }

    /** Unset: one of its own, of the length that the settings say. Only before the first worker. */
    public void stopWithin(StopBudget budget) {
        stopBudget = budget;
    }

    /** Leaves the broker with all workers at the same time; what is in hand still goes back to its queue. */
    public void leave() {
        all().forEach(WorkerConsumer::leave);
    }

    private void report(List<WorkerConsumer> workers, OtherWork others, long deadline) {
        Duration left = stopBudget.hasBegun()
                ? stopBudget.waitLeft()
                : Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
        for (WorkerConsumer worker : workers) {
            List<Work> works =
                    worker.inHand().stream().filter(work -> !work.isParked()).toList();
            if (!works.isEmpty()) {
                report(worker.getRouteId() + " to finish " + names(works), left);
            }
        }
        others.unfinished().forEach(other -> report(other, left));
    }

    private void report(String what, Duration left) {
        LOG.info("stopping: waiting for {}; {} left", what, text(left));
    }

    private String names(List<Work> works) {
        String names = works.stream()
                .limit(MOST_NAMED)
                .map(work -> name(work) + " (for " + text(work.age()) + ")")
                .collect(Collectors.joining(", "));
        return works.size() > MOST_NAMED ? names + " and " + (works.size() - MOST_NAMED) + " more" : names;
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
