package org.kuteng.once;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;

/** Makes and migrates the tables. Any number of processes may do so at the same time. */
final class Schema {
    /**
     * What leads from each version to the next. Never change one that was released: add another. Each may be run twice,
     * since H2 commits after each statement.
     */
    private static final List<List<String>> MIGRATIONS = List.of(List.of(
            "CREATE TABLE IF NOT EXISTS kuteng_once ("
                    + "queue VARCHAR(" + MessageKey.MAX_LENGTH + ") NOT NULL, "
                    + "message_key VARCHAR(" + MessageKey.MAX_LENGTH + ") NOT NULL, "
                    + "done_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL, "
                    + "PRIMARY KEY (queue, message_key))",
            "CREATE INDEX IF NOT EXISTS kuteng_once_done_at ON kuteng_once (done_at)"));

    private static final Set<String> NO_SUCH_TABLE = Set.of("42P01", "42S02", "42S04");

    /** Two processes that make H2's tables at once can be in each other's way; not so often. */
    private static final int ATTEMPTS = 5;

    private Schema() {}

    /**
     * Brings the tables to the version that this program knows.
     *
     * @throws DatabaseException if they are newer
     */
    static void migrate(Connection connection, Dialect dialect) throws SQLException {
        connection.setAutoCommit(false);
        for (int attempt = 1; ; attempt++) {
            try {
                if (version(connection) != MIGRATIONS.size()) {
                    migrateFrom(connection, dialect);
                }
                connection.commit();
                return;
            } catch (SQLException e) {
                if (attempt == ATTEMPTS || DatabaseFaults.isAway(e)) {
                    throw e;
                }
                connection.rollback();
            }
        }
    }

    private static void migrateFrom(Connection connection, Dialect dialect) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (dialect.lockForMigration() != null) {
                statement.execute(dialect.lockForMigration());
            }
            statement.execute("CREATE TABLE IF NOT EXISTS kuteng_schema (id INT PRIMARY KEY, version INT NOT NULL)");
            // again, since another process may have come first
            int version = version(connection);
            if (version > MIGRATIONS.size()) {
                throw new DatabaseException(
                        "it has version " + version + " of kuteng's tables, and this kuteng knows up to "
                                + MIGRATIONS.size() + ": use the newer kuteng, or another database",
                        null);
            }
            for (List<String> migration : MIGRATIONS.subList(version, MIGRATIONS.size())) {
                for (String sql : migration) {
                    statement.execute(sql);
                }
            }
            statement.execute("DELETE FROM kuteng_schema WHERE id = 1");
            statement.execute("INSERT INTO kuteng_schema (id, version) VALUES (1, " + MIGRATIONS.size() + ")");
        }
    }

    /** 0: there is none. */
    private static int version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT version FROM kuteng_schema WHERE id = 1")) {
            return rows.next() ? rows.getInt(1) : 0;
        } catch (SQLException e) {
            if (!NO_SUCH_TABLE.contains(e.getSQLState())) {
                throw e;
            }
            // PostgreSQL wants no more in a transaction in which a statement has failed
            connection.rollback();
            return 0;
        }
    }
}
