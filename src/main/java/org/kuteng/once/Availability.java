package org.kuteng.once;

import java.sql.SQLException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.kuteng.work.OnceOnly.NotNowException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the database can be used: one line when it goes, one when it is back, and one thread that asks meanwhile. */
final class Availability implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.database");

    /** How often a database that is away is asked, and how long a message is held before it goes back to its queue. */
    private static final long PAUSE_MILLIS = 1_000;

    /** How often a database without a connection left is asked for one: less often each time. */
    private static final long FIRST_ROOM_PAUSE_MILLIS = 1_000;

    private static final long LONGEST_ROOM_PAUSE_MILLIS = 30_000;

    private final Database database;

    /** Held by the one thread that asks the database. */
    private final Object asking = new Object();

    /** Guards what follows; never held while the database is asked. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final ScheduledThreadPoolExecutor prober;
    private volatile String why;

    /** Since when it is away, in terms of {@link System#nanoTime()}. */
    private volatile long awaySince;

    /** Since when it has no connection left for some of the workers, in terms of {@link System#nanoTime()}; 0: it has. */
    private long fullSince;

    private boolean closed;

    Availability(Database database) {
        this.database = database;
        this.prober = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "kuteng-database");
            thread.setDaemon(true);
            return thread;
        });
        prober.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Why it is away; null if it is not. */
    String why() {
        return why;
    }

    /**
     * Returns at once while the database is there; else waits for it, a moment.
     *
     * @throws NotNowException if it is still away after that moment
     */
    void await() throws NotNowException, InterruptedException {
        if (why == null) {
            return;
        }
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
            while (why != null && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (why != null) {
                throw new NotNowException("database " + database + " is away: " + why, null);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets whoever cannot go on for another reason come back no sooner. */
    void pause() throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Something went wrong that may have this reason: asks the database itself.
     *
     * @return whether it is away
     */
    boolean isAwayAfter(SQLException fault) {
        LOG.debug("asking the database, after", fault);
        synchronized (asking) {
            if (why != null) {
                return true;
            }
            try {
                database.forgetConnections();
                database.check();
                return false;
            } catch (SQLException e) {
                if (DatabaseFaults.isFull(e)) {
                    full(e);
                } else {
                    away(e);
                }
                return true;
            }
        }
    }

    void away(SQLException fault) {
        awaySince = System.nanoTime();
        why = DatabaseFaults.explain(fault);
        LOG.warn(
                "{} {} ({}); messages go back to their queues until it is there again",
                database,
                DatabaseFaults.isFull(fault) ? "has no connection left" : "is away",
                why);
        probeLater();
    }

    /**
     * It is there, but has no connection left for one more worker. The others go on: only a message that finds no
     * connection goes back to its queue.
     */
    void full(SQLException fault) {
        lock.lock();
        try {
            if (fullSince != 0 || closed) {
                return;
            }
            fullSince = System.nanoTime();
            prober.schedule(() -> probeRoom(FIRST_ROOM_PAUSE_MILLIS), FIRST_ROOM_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } finally {
            lock.unlock();
        }
        LOG.warn(
                "{} has no connection left ({}); messages that find none go back to their queues",
                database,
                DatabaseFaults.explain(fault));
    }

    private void probeRoom(long pauseMillis) {
        boolean room;
        try {
            database.check();
            room = true;
        } catch (SQLException e) {
            // if it is away now, a worker finds out
            room = !DatabaseFaults.isFull(e);
        } catch (RuntimeException e) {
            LOG.debug("not asked", e);
            room = false;
        }
        long since;
        lock.lock();
        try {
            since = fullSince;
            if (!room && !closed) {
                long next = Math.min(LONGEST_ROOM_PAUSE_MILLIS, 2 * pauseMillis);
                prober.schedule(() -> probeRoom(next), next, TimeUnit.MILLISECONDS);
                return;
            }
            fullSince = 0;
        } finally {
            lock.unlock();
        }
        if (room) {
            LOG.info("{} has connections again, after {} s", database, secondsSince(since));
        }
    }

    private void probeLater() {
        lock.lock();
        try {
            if (!closed) {
                prober.schedule(this::probe, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    private void probe() {
        try {
            synchronized (asking) {
                database.check();
            }
            there();
        } catch (SQLException e) {
            why = DatabaseFaults.explain(e);
            LOG.debug("still away", e);
            probeLater();
        } catch (RuntimeException e) {
            LOG.error("{}: {}", database, e.getMessage());
            probeLater();
        }
    }

    private void there() {
        lock.lock();
        try {
            why = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        LOG.info("{} is there again, after {} s", database, secondsSince(awaySince));
    }

    private static long secondsSince(long nanoTime) {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - nanoTime);
    }

    /** Nobody waits any longer. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        prober.shutdownNow();
    }
}
