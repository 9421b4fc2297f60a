package org.kuteng.work;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Acknowledges the messages of one channel, several at once where it can: an acknowledgement of several covers each
 * message up to the one it names, so that this one and all before it have to be done. What is done out of turn is
 * acknowledged alone and at once.
 */
final class Acknowledgements {
    private final Channel channel;
    private volatile int most;

    /** Asked for when something begins to wait: calls {@link #flushInTime} soon. */
    private final Runnable later;

    /** Not the monitor: a virtual thread that waits for the network in one would hold a thread of the system up. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Every message up to this one is acknowledged, given back, or waits here to be acknowledged. */
    private long settledUpTo;

    /** Those after that one which are acknowledged or given back: rarely any. */
    private final Set<Long> settledAhead = new HashSet<>();

    /** The last one that waits. */
    private long lastWaiting;

    private int waiting;
    private boolean asked;
    private boolean eager;

    /** A message stays unacknowledged for good, so that each other one is acknowledged alone. */
    private boolean alone;

    /** @param most how many messages may wait for one acknowledgement */
    Acknowledgements(Channel channel, int most, Runnable later) {
        this.channel = channel;
        this.most = most;
        this.later = later;
    }

    /** From now on so many messages may wait for one acknowledgement. */
    void most(int messages) {
        most = messages;
    }

    Channel channel() {
        return channel;
    }

    /**
     * The work of this message is done.
     *
     * @throws IOException if it cannot be acknowledged, since the connection is lost
     * @throws AlreadyClosedException likewise
     */
    void done(long tag) throws IOException {
        lock.lock();
        try {
            if (alone || tag != settledUpTo + 1) {
                settled(tag);
                channel.basicAck(tag, false);
                return;
            }
            settled(tag);
            lastWaiting = tag;
            waiting++;
            if (eager || waiting >= most) {
                flush();
            }
            if (waiting == 0 || asked) {
                return;
            }
            asked = true;
        } finally {
            lock.unlock();
        }
        try {
            later.run();
        } catch (Throwable e) {
            // asked for again with the next message
            asked = false;
            throw e;
        }
    }

    /**
     * Gives a message back to its queue.
     *
     * @throws IOException if the connection is lost: the broker has it back already
     * @throws AlreadyClosedException likewise
     */
    void giveBack(long tag) throws IOException {
        lock.lock();
        try {
            settled(tag);
            // one by one: Qpid settles only the last of several
            channel.basicNack(tag, false, true);
        } finally {
            lock.unlock();
        }
    }

    /** A message stays with the broker, unacknowledged, as long as the channel lives. */
    void leave() {
        lock.lock();
        try {
            alone = true;
            settledAhead.clear();
        } finally {
            lock.unlock();
        }
    }

    /** How many messages are kept in mind. */
    int noted() {
        lock.lock();
        try {
            return settledAhead.size();
        } finally {
            lock.unlock();
        }
    }

    private void settled(long tag) {
        if (alone) {
            return;
        }
        if (tag != settledUpTo + 1) {
            settledAhead.add(tag);
            return;
        }
        settledUpTo = tag;
        while (!settledAhead.isEmpty() && settledAhead.remove(settledUpTo + 1)) {
            settledUpTo++;
        }
    }

    /**
     * Acknowledges what waits.
     *
     * @throws IOException if it cannot, since the connection is lost
     * @throws AlreadyClosedException likewise
     */
    void flush() throws IOException {
        lock.lock();
        try {
            if (waiting > 0) {
                boolean several = waiting > 1;
                waiting = 0;
                channel.basicAck(lastWaiting, several);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The same, when the time has come. */
    void flushInTime() throws IOException {
        lock.lock();
        try {
            asked = false;
            flush();
        } finally {
            lock.unlock();
        }
    }

    /** From now on each message is acknowledged at once, and what waits now. */
    void flushAlways() throws IOException {
        lock.lock();
        try {
            eager = true;
            flush();
        } finally {
            lock.unlock();
        }
    }
}
