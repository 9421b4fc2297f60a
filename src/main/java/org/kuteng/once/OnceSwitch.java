package org.kuteng.once;

import java.time.Clock;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.kuteng.work.OnceOnly;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Protects the workers of each route as the settings say. */
public final class OnceSwitch implements OnceOnly, OnceSwitchMXBean, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.once");

    /** Under which name JMX has it. */
    public static final String OBJECT_NAME = "org.kuteng:type=OnceOnly";

    /** How often old keys are looked for, and skipped messages told of. */
    private static final long ROUND_MILLIS = TimeUnit.MINUTES.toMillis(1);

    /** Keys that are to be kept for a shorter time than such a round are looked for more often. */
    private static final int ROUNDS_IN_RETENTION = 10;

    private static final long SHORTEST_ROUND_MILLIS = 100;

    private final OnceSettings settings;
    private final Database database;
    private final KeysInHand inHand = new KeysInHand();
    private final RecentKeys recent;
    private final Skipped skipped = new Skipped();
    private final ScheduledThreadPoolExecutor rounds;

    /** @param database null if no route has the mode {@link OnceMode#JDBC} */
    public OnceSwitch(OnceSettings settings, Database database) {
        this.settings = settings;
        this.database = database;
        this.recent = new RecentKeys(settings.memoryKeys(), settings.retention(), Clock.systemUTC());
        this.rounds = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "kuteng-once");
            thread.setDaemon(true);
            return thread;
        });
        long period = Math.max(
                SHORTEST_ROUND_MILLIS,
                Math.min(ROUND_MILLIS, settings.retention().toMillis() / ROUNDS_IN_RETENTION));
        rounds.scheduleWithFixedDelay(this::round, period, period, TimeUnit.MILLISECONDS);
    }

    private void round() {
        try {
            skipped.tell();
            if (database != null) {
                new Purge(database, settings.retention()).run();
            }
        } catch (RuntimeException e) {
            LOG.warn("old keys could not be deleted: {}", e.getMessage());
        }
    }

    @Override
    public Guard guard(Worker worker) {
        String routeId = worker.route().getRouteId();
        OnceMode mode = settings.modeOf().apply(routeId);
        if (database != null) {
            database.makeRoom(routeId, worker.consumers());
        }
        if (mode == OnceMode.OFF) {
            return null;
        }
        Protection.check(worker, mode);
        KeySource keys = new KeySource(routeId, KeyExpression.of(worker.route().getCamelContext(), worker.key()));
        return mode == OnceMode.MEMORY
                ? new MemoryGuard(keys, inHand, recent, skipped)
                : new JdbcGuard(keys, inHand, database, skipped);
    }

    @Override
    public long getSkipped() {
        return skipped.count();
    }

    @Override
    public void close() {
        rounds.shutdownNow();
        skipped.tell();
    }
}
