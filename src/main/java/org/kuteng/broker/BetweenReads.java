package org.kuteng.broker;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Runs the client's callbacks on the thread that reads from the broker, like {@link SameThread}, but only when that
 * thread has dealt with all that it read in one go, and is about to read from the network again. Brokers send many small
 * messages in one go: whoever waits for them is woken once for all of them. For one connection.
 */
public final class BetweenReads extends SameThread {
    private final Runnable afterwards;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** Null while nothing is read: callbacks run at once then, as they do on any other thread. */
    private volatile Thread reader;

    /** @param afterwards is run whenever callbacks have been run, on the same thread */
    public BetweenReads(Runnable afterwards) {
        this.afterwards = afterwards;
    }

    /** What the link of the connection tells this executor. */
    Link.Reads reads() {
        return new Link.Reads() {
            @Override
            public void aboutToRead() {
                reader = Thread.currentThread();
                runAll();
            }

            @Override
            public void readsNoMore() {
                reader = null;
                runAll();
            }
        };
    }

    @Override
    public void execute(Runnable task) {
        if (Thread.currentThread() == reader) {
            tasks.add(task);
            return;
        }
        try {
            task.run();
        } finally {
            afterwards.run();
        }
    }

    private void runAll() {
        if (tasks.isEmpty()) {
            return;
        }
        try {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        } finally {
            afterwards.run();
        }
    }
}
