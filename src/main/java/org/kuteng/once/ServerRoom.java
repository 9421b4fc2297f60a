package org.kuteng.once;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a PostgreSQL has room for all connections that this process may want: told when workers have started. */
final class ServerRoom implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.database");

    /** Workers start one after the other, and each wants connections: they are counted together. */
    private static final long AFTER_LAST_WORKER_MILLIS = 500;

    /**
     * Of the server, of the user and of the database, how many connections there may be (-1: any number) and how many
     * there are. A server before version 16 has no {@code reserved_connections}; of the sessions of other users one sees
     * little more than that they are there.
     */
    private static final String LIMITS = "WITH s AS (SELECT * FROM pg_stat_activity"
            + " WHERE datid IS NOT NULL AND COALESCE(backend_type, 'client backend') = 'client backend')"
            + " SELECT current_setting('max_connections')::int,"
            + " CASE WHEN r.rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::int"
            + " + COALESCE(current_setting('reserved_connections', true), '0')::int END,"
            + " (SELECT COUNT(*) FROM s),"
            + " CASE WHEN r.rolsuper THEN -1 ELSE r.rolconnlimit END,"
            + " (SELECT COUNT(*) FROM s WHERE s.usesysid = r.oid),"
            + " CASE WHEN r.rolsuper THEN -1 ELSE d.datconnlimit END,"
            + " (SELECT COUNT(*) FROM s WHERE s.datid = d.oid)"
            + " FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()";

    private final Database database;
    private final ScheduledThreadPoolExecutor later;
    private ScheduledFuture<?> planned;

    ServerRoom(Database database) {
        this.database = database;
        this.later = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "kuteng-database-room");
            thread.setDaemon(true);
            return thread;
        });
        // no thread while there is nothing to do
        later.setKeepAliveTime(1, TimeUnit.SECONDS);
        later.allowCoreThreadTimeOut(true);
        later.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * How much room there is.
     *
     * @param free for this process, those that it has already included
     * @param limit which of the limits is the narrowest: for the log
     */
    record Room(int free, String limit, String remedy) {}

    /** Looks when no further worker has started for a moment. */
    synchronized void checkSoon() {
        if (planned != null) {
            planned.cancel(false);
        }
        if (!later.isShutdown()) {
            planned = later.schedule(this::check, AFTER_LAST_WORKER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void check() {
        if (database.whyAway() != null) {
            return;
        }
        int wanted = database.wantedConnections();
        try {
            Room room = look();
            if (wanted > room.free()) {
                LOG.warn(
                        "{} has room for {} connections of this process ({}), and its workers may want {}: {}, or lower"
                                + " concurrentConsumers; until then messages wait for a connection",
                        database,
                        Math.max(0, room.free()),
                        room.limit(),
                        wanted,
                        room.remedy());
            }
        } catch (SQLException e) {
            LOG.debug("the limits of {} are not known", database, e);
        }
    }

    Room look() throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LIMITS)) {
            row.next();
            int own = database.connections();
            int max = row.getInt(1);
            int reserved = row.getInt(2);
            int others = Math.max(0, row.getInt(3) - own);
            Room narrowest = new Room(
                    max - reserved - others,
                    "max_connections " + max + ", reserved " + reserved + ", used by others " + others,
                    "raise max_connections");
            narrowest = narrower(narrowest, row.getInt(4), row.getInt(5) - own, "user");
            return narrower(narrowest, row.getInt(6), row.getInt(7) - own, "database");
        }
    }

    private static Room narrower(Room room, int limit, int used, String whose) {
        int others = Math.max(0, used);
        return limit < 0 || limit - others >= room.free()
                ? room
                : new Room(
                        limit - others,
                        "connection limit " + limit + " of the " + whose + ", used by others " + others,
                        "raise the connection limit of the " + whose);
    }

    @Override
    public void close() {
        later.shutdownNow();
    }
}
