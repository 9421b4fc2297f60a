package org.kuteng.work;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Opens the connections of workers before Camel starts their routes, a few at a time. Camel starts one route after the
 * other, and most of each start is waiting for the broker. Nothing is consumed before the route starts, and what the broker
 * refuses is told then.
 */
final class OpenedAhead {
    /** More gain nothing: by then the broker is busy. */
    private static final int MOST_AT_ONCE = 4;

    private final Queue<WorkerConsumer> made = new ConcurrentLinkedQueue<>();

    /** Every worker, when Camel has made it. */
    void add(WorkerConsumer worker) {
        made.add(worker);
    }

    /** To be called by each worker that begins: the first of many has the others opened. */
    void open(WorkerConsumer beginning) {
        List<WorkerConsumer> others = others(beginning);
        if (others.isEmpty()) {
            return;
        }
        AtomicInteger number = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(MOST_AT_ONCE, others.size()), task -> {
            Thread thread = new Thread(task, "kuteng-open-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        others.forEach(worker -> worker.openAhead(threads));
        // they end with their last task
        threads.shutdown();
    }

    private List<WorkerConsumer> others(WorkerConsumer beginning) {
        List<WorkerConsumer> others = new ArrayList<>();
        Set<String> queues = new HashSet<>(queues(beginning));
        for (WorkerConsumer worker = made.poll(); worker != null; worker = made.poll()) {
            // two that declare one queue do it one after the other: the second finds what the first has made
            if (worker != beginning && worker.isAboutToBegin() && Collections.disjoint(queues, queues(worker))) {
                others.add(worker);
                queues.addAll(queues(worker));
            }
        }
        return others;
    }

    private static Set<String> queues(WorkerConsumer worker) {
        Set<String> names = new HashSet<>(worker.options().queues());
        worker.options().topology().queues().forEach(queue -> names.add(queue.name()));
        return names;
    }
}
