package org.kuteng.rabbitmq;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Runs the client's callbacks on the thread that reads from the broker: a worker only hands a message over there, and
 * the hand-over to a pool in between would cost more than the callback.
 */
final class SameThread extends AbstractExecutorService {
    static final ExecutorService EXECUTOR = new SameThread();

    private SameThread() {}

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
