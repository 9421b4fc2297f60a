package org.kuteng.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets a piece of work end in order when the process is told to end (Ctrl+C, SIGTERM). */
final class OnInterrupt implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    /** @param stop makes the work end soon; called on another thread */
    OnInterrupt(Runnable stop) {
        hook = new Thread(
                () -> {
                    stop.run();
                    try {
                        ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "kuteng-interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** The work has ended, and has said all that it had to say. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process ends already
        }
    }
}
