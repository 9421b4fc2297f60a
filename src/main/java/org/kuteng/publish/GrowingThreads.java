package org.kuteng.publish;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what follows a send. A few threads are enough as long as none of them waits for anything; whenever what they do
 * takes long, and something waits for a thread, there are more of them. So what follows a send may block, and even wait
 * for another send.
 */
public final class GrowingThreads implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** How many threads there are that do not block. */
    static final int AT_WORK = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

    /** Where it ends: each takes some hundred KiB of memory outside the heap. */
    static final int MAX_THREADS = 2_000;

    /** A task that takes longer than this blocks, as far as can be seen. */
    static final Duration LONG = Duration.ofMillis(10);

    /** A thread that had nothing to do for this long ends. */
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final String name;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition waiting = lock.newCondition();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Worker> workers = new ArrayList<>();
    private int idle;
    private int count;
    private boolean watched;
    private boolean resting;
    private boolean closed;
    private boolean toldOfMax;

    /** @param name what its threads are called, followed by a number */
    public GrowingThreads(String name) {
        this.name = name;
    }

    /** @throws RejectedExecutionException after {@link #close()}, and if there is no thread and none can be started */
    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            if (closed) {
                throw new RejectedExecutionException("closed");
            }
            tasks.add(task);
            if (idle > 0) {
                work.signal();
            }
            // an idle thread that was woken counts as idle until it runs
            if (tasks.size() > idle) {
                if (workers.size() < AT_WORK) {
                    addWorker();
                    if (workers.isEmpty()) {
                        tasks.removeLast();
                        throw new RejectedExecutionException("no thread can be started");
                    }
                } else {
                    watch();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** To be called before each part of a task that may block: the time of the one before does not count any more. */
    void nextPart() {
        if (Thread.currentThread() instanceof Worker worker) {
            worker.since = System.nanoTime();
        }
    }

    int size() {
        lock.lock();
        try {
            return workers.size();
        } finally {
            lock.unlock();
        }
    }

    private void addWorker() {
        Worker worker = null;
        try {
            worker = new Worker(name + "-" + ++count);
            workers.add(worker);
            worker.start();
        } catch (Throwable e) {
            // no memory for another thread: those that are there go on
            workers.remove(worker);
            LOG.error("cannot start another thread for what follows sends ({} run): {}", workers.size(), e.toString());
        }
    }

    /** With {@link #lock} held: something waits, and all threads have something to do. */
    private void watch() {
        if (!watched) {
            watched = true;
            Thread watcher = new Thread(this::addWhileNeeded, name + "-watch");
            watcher.setDaemon(true);
            try {
                watcher.start();
            } catch (Throwable e) {
                watched = false;
                LOG.error("cannot watch the threads for what follows sends: {}", e.toString());
            }
        } else if (resting) {
            waiting.signal();
        }
    }

    private void addWhileNeeded() {
        lock.lock();
        try {
            while (!closed && !workers.isEmpty()) {
                if (tasks.isEmpty()) {
                    // kept for a while, as bursts come one after another
                    resting = true;
                    boolean woken = waiting.await(IDLE.toMillis(), TimeUnit.MILLISECONDS);
                    resting = false;
                    if (!woken && tasks.isEmpty()) {
                        break;
                    }
                }
                waiting.await(LONG.toMillis(), TimeUnit.MILLISECONDS);
                if (!tasks.isEmpty()) {
                    addForBlocked();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            watched = false;
            resting = false;
            lock.unlock();
        }
    }

    private void addForBlocked() {
        long now = System.nanoTime();
        long blocked = workers.stream()
                .filter(worker -> worker.busy && now - worker.since >= LONG.toNanos())
                .count();
        long missing = AT_WORK - (workers.size() - blocked);
        for (long i = 0; i < missing && workers.size() < MAX_THREADS; i++) {
            addWorker();
        }
        if (missing > 0 && workers.size() >= MAX_THREADS && !toldOfMax) {
            toldOfMax = true;
            LOG.warn(
                    "{} threads are busy with what follows sends, and there will be no more: what follows further sends"
                            + " waits",
                    MAX_THREADS);
        }
    }

    /** Takes no more tasks; those that were given are run. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
            waiting.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class Worker extends Thread {
        private volatile long since;
        private volatile boolean busy;

        Worker(String name) {
            super(name);
            setDaemon(true);
        }

        @Override
        public void run() {
            for (Runnable task = next(); task != null; task = next()) {
                since = System.nanoTime();
                busy = true;
                try {
                    task.run();
                } catch (Throwable e) {
                    LOG.error("what follows a send failed: {}", e.toString(), e);
                } finally {
                    busy = false;
                    // what the task left behind is not for the next one
                    Thread.interrupted();
                }
            }
        }

        private Runnable next() {
            lock.lock();
            try {
                long left = IDLE.toNanos();
                while (tasks.isEmpty()) {
                    if (closed || left <= 0) {
                        workers.remove(this);
                        return null;
                    }
                    idle++;
                    try {
                        left = work.awaitNanos(left);
                    } catch (InterruptedException e) {
                        LOG.debug("nobody interrupts an idle thread on purpose", e);
                    } finally {
                        idle--;
                    }
                }
                return tasks.poll();
            } finally {
                lock.unlock();
            }
        }
    }
}
