package org.kuteng.publish;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells senders what became of their messages; those that may take long not on the thread that reads from the broker.
 * What one confirmation settles is shared among as many threads as there are, each of which calls the next one only if
 * something is left: to wake a thread costs more than most senders have to do.
 */
final class Completions {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    private final Executor executor;

    /** @param executor must not be the thread that reads from the broker: what senders do next may wait for it */
    Completions(Executor executor) {
        this.executor = executor;
    }

    /** @param settled at least one */
    void tell(List<Unconfirmed> settled) {
        List<Unconfirmed> slow = List.of();
        for (int i = 0; i < settled.size(); i++) {
            Unconfirmed unconfirmed = settled.get(i);
            if (unconfirmed.callback.isQuick()) {
                tellOne(unconfirmed);
            } else {
                slow = slow.isEmpty() ? new ArrayList<>(settled.size() - i) : slow;
                slow.add(unconfirmed);
            }
        }
        if (!slow.isEmpty()) {
            new Batch(slow).fork();
        }
    }

    private final class Batch implements Runnable {
        private final List<Unconfirmed> settled;
        private final AtomicInteger next = new AtomicInteger();

        Batch(List<Unconfirmed> settled) {
            this.settled = settled;
        }

        void fork() {
            try {
                executor.execute(this);
            } catch (Throwable e) {
                // the end of the program, or no memory for a thread: better told here than not at all
                tellFrom(next.getAndIncrement());
            }
        }

        @Override
        public void run() {
            int first = next.getAndIncrement();
            if (first + 1 < settled.size()) {
                fork();
            }
            tellFrom(first);
        }

        private void tellFrom(int first) {
            GrowingThreads growing = executor instanceof GrowingThreads threads ? threads : null;
            for (int i = first; i < settled.size(); i = next.getAndIncrement()) {
                if (growing != null) {
                    growing.nextPart();
                }
                tellOne(settled.get(i));
            }
        }
    }

    private static void tellOne(Unconfirmed unconfirmed) {
        try {
            unconfirmed.callback.sent(unconfirmed.failure);
        } catch (Throwable e) {
            // the others are to be told all the same
            LOG.error("what follows a send to {} failed: {}", unconfirmed.message.target(), e.toString(), e);
        }
    }
}
