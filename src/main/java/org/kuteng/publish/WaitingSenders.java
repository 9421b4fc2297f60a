package org.kuteng.publish;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** The senders that wait until one target has room for their messages. */
final class WaitingSenders {
    static final String STOPPING = "kuteng is stopping";

    private final String target;
    private final Services services;
    private final TargetChannels channels;
    private final SendingAgain again;
    private final BooleanSupplier gone;

    /** Guards what follows; never held during I/O. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();

    /** How many senders wait, by the queue whose work sends; null: no worker. */
    private final Map<String, Integer> byQueue = new HashMap<>();

    private volatile int count;

    /** Who would have to wait is refused. */
    private volatile boolean stopped;

    /**
     * @param target its name
     * @param gone whether the target is in use no more
     */
    WaitingSenders(
            String target, Services services, TargetChannels channels, SendingAgain again, BooleanSupplier gone) {
        this.gone = gone;
        this.target = target;
        this.services = services;
        this.channels = channels;
        this.again = again;
    }

    /** One sender, from the first time it has to wait until its message is written. */
    final class Sender {
        private final OutgoingMessage message;
        private final String from;
        private long deadline = services.deadline();
        private boolean wasBlocked;

        /** @param from the work queue whose work sends; null if no worker does */
        Sender(OutgoingMessage message, String from) {
            this.message = message;
            this.from = from;
        }

        /**
         * Waits until it is worth a try to write the message.
         *
         * @throws SendFailedException if that is not so in time; nothing was sent
         */
        void await() throws InterruptedException {
            lock.lock();
            count++;
            byQueue.merge(from, 1, Integer::sum);
            try {
                while (true) {
                    if (stopped) {
                        throw SendFailedException.notSent(message, STOPPING, null);
                    }
                    if (gone.getAsBoolean() || !again.isPending() && channels.mayTry()) {
                        return;
                    }
                    changed.awaitNanos(longestWait());
                }
            } finally {
                byQueue.merge(from, -1, (some, one) -> some + one == 0 ? null : some + one);
                count--;
                lock.unlock();
            }
        }

        private long longestWait() {
            boolean blocked = channels.isBlocked();
            if (blocked || wasBlocked) {
                // the time in which the broker takes nothing does not count
                deadline = services.deadline();
            }
            if (blocked) {
                services.flowWatch().run();
            }
            wasBlocked = blocked;
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw SendFailedException.notSent(message, whyNotWritten(), channels.failure());
            }
            long untilOpening = channels.untilOpening();
            return untilOpening > 0 ? Math.min(left, untilOpening) : left;
        }
    }

    private String whyNotWritten() {
        String within =
                "no room within " + services.settings().confirmTimeout().toMillis() + " ms (kuteng.confirm.timeout): ";
        if (services.connection().current() == null) {
            return within + "no connection to the broker at "
                    + services.connection().describe();
        }
        if (channels.failure() != null) {
            return within + channels.failure().getMessage();
        }
        PublishingChannel channel = channels.current();
        return within
                + (channel == null || again.isPending()
                        ? "earlier messages wait to be sent again"
                        : channel.unconfirmed() + " messages are unconfirmed (kuteng.confirm.window)");
    }

    /** Whether anybody waits. */
    boolean areThere() {
        return count > 0;
    }

    /** Lets those who wait look again whether they may send. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Those who wait, and those who would have to, are told that their message was not sent. */
    void stop() {
        stopped = true;
        wake();
    }

    /** Those who wait because the queue is full. */
    List<BlockedSender> blocked() {
        if (!channels.isFlowStopped()) {
            return List.of();
        }
        Map<String, Integer> all;
        lock.lock();
        try {
            all = new HashMap<>(byQueue);
        } finally {
            lock.unlock();
        }
        return all.entrySet().stream()
                .map(entry -> new BlockedSender(entry.getKey(), target, entry.getValue()))
                .toList();
    }
}
