package org.kuteng.broker;

import com.sleepycat.je.DiskLimitException;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the process alive when a task of Qpid's housekeeping fails: with no default handler set, Qpid halts the JVM, in
 * the middle of all work and without a word. A client whose thread has failed is disconnected, so that it does not wait
 * for an answer for ever.
 */
final class UncaughtFailures implements Thread.UncaughtExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger("kuteng.broker");

    private static final Set<QpidBroker> BROKERS = new CopyOnWriteArraySet<>();

    private UncaughtFailures() {}

    /** Cares for a broker until it is forgotten. Leaves a handler that somebody else has set. */
    static void survive(QpidBroker broker) {
        BROKERS.add(broker);
        if (Thread.getDefaultUncaughtExceptionHandler() == null) {
            Thread.setDefaultUncaughtExceptionHandler(new UncaughtFailures());
        }
    }

    static void forget(QpidBroker broker) {
        BROKERS.remove(broker);
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        if (disconnected(thread.getName())) {
            LOG.error(
                    "the embedded broker failed on {}, and has disconnected that client: {}",
                    thread.getName(),
                    reason(failure));
            LOG.debug("it failed with", failure);
        } else {
            LOG.error(
                    "Thread {} failed; if it is the embedded broker's, retries may stay in their queue until a restart",
                    thread.getName(),
                    failure);
        }
    }

    private static String reason(Throwable failure) {
        for (Throwable t = failure; t != null && t != t.getCause(); t = t.getCause()) {
            if (t instanceof DiskLimitException) {
                return StoreFolder.TOO_LITTLE_DISK;
            }
        }
        return BrokerFaults.reason(failure);
    }

    private static boolean disconnected(String threadName) {
        try {
            return BROKERS.stream().anyMatch(broker -> broker.disconnect(threadName));
        } catch (RuntimeException e) {
            LOG.debug("cannot disconnect the client of {}", threadName, e);
            return false;
        }
    }
}
