package org.kuteng.broker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the process alive when a task of Qpid's housekeeping fails: with no default handler set, Qpid halts the JVM, in
 * the middle of all work and without a word.
 */
final class UncaughtFailures implements Thread.UncaughtExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(UncaughtFailures.class);

    private UncaughtFailures() {}

    /** Leaves a handler that somebody else has set. */
    static void survive() {
        if (Thread.getDefaultUncaughtExceptionHandler() == null) {
            Thread.setDefaultUncaughtExceptionHandler(new UncaughtFailures());
        }
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        LOG.error(
                "Thread {} failed; if it is the embedded broker's, retries may stay in their queue until a restart",
                thread.getName(),
                failure);
    }
}
