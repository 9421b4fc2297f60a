package org.kuteng.broker;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Runs the client's callbacks on the thread that reads from the broker. For callbacks that only hand a message over, as
 * a hand-over to a pool in between would cost more than the callback; and for those that want no message read before
 * they are done with the one in hand, as the client's own pool takes a thousand ahead.
 */
public class SameThread extends AbstractExecutorService {
    public static final ExecutorService EXECUTOR = new SameThread();

    SameThread() {}

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public void shutdown() {
        // shared by every connection: it never ends
    }

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
