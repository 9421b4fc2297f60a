package org.kuteng.once;

import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the messages that were skipped, since their work was done before. */
final class Skipped {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.once");

    private final LongAdder count = new LongAdder();
    private long told;

    /** What finds out when a message was done the first time; asked only when somebody wants to read it. */
    interface FirstTime {
        Instant get();
    }

    void add(MessageKey key, FirstTime first) {
        count.increment();
        if (LOG.isDebugEnabled()) {
            LOG.debug("skipped {}: it was done at {}", key, first.get());
        }
    }

    long count() {
        return count.sum();
    }

    /** Logs a line if there were more since the last one. */
    synchronized void tell() {
        long now = count();
        if (now > told) {
            LOG.info("skipped {} messages that were done before; {} since the start", now - told, now);
            told = now;
        }
    }
}
