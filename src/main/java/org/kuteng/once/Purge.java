package org.kuteng.once;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes old keys while the workers work, a few at a time, and rests nine times as long as each few took. */
final class Purge {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.once");

    /** Takes some milliseconds, in which no worker waits: nobody claims a key that is so old. */
    private static final int BATCH = 500;

    /** A tenth of the time at the most. */
    private static final int REST_FACTOR = 9;

    private static final long SHORTEST_REST_MILLIS = 10;

    private final Database database;
    private final Duration retention;

    Purge(Database database, Duration retention) {
        this.database = database;
        this.retention = retention;
    }

    /** Deletes all that is old now; ends early if the thread is interrupted, or the database goes away. */
    void run() {
        long deleted = 0;
        try {
            for (int batch = BATCH; batch == BATCH && database.whyAway() == null; ) {
                long begin = System.nanoTime();
                batch = deleteSome();
                deleted += batch;
                long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
                Thread.sleep(Math.max(SHORTEST_REST_MILLIS, REST_FACTOR * took));
            }
        } catch (SQLException e) {
            LOG.debug("the purge goes on later", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (deleted > 0) {
            LOG.debug("deleted {} keys that are older than {}", deleted, retention);
        }
    }

    /** @return how many there were */
    private int deleteSome() throws SQLException {
        try (Connection connection = database.connect();
                PreparedStatement statement =
                        connection.prepareStatement(database.dialect().purge())) {
            statement.setLong(1, retention.toMillis());
            statement.setInt(2, BATCH);
            return statement.executeUpdate();
        }
    }
}
