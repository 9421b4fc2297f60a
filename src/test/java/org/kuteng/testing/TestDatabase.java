package org.kuteng.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A database that tests talk to. */
public interface TestDatabase extends AutoCloseable {

    /** For {@code kuteng.database.url}. */
    String url();

    /** For {@code kuteng.database.user}, and to connect. */
    String user();

    /** For {@code kuteng.database.password}, and to connect. */
    String password();

    /** For messages: "H2", "PostgreSQL node", ... */
    String kind();

    /** Whether {@link #kill()} works, and {@link #start()} after it; H2 lives and dies with the processes that use it. */
    default boolean canBeKilled() {
        return false;
    }

    /** kill -9. */
    default void kill() {
        throw new UnsupportedOperationException(kind() + " cannot be killed.");
    }

    /** Again on the same port and data; returns when it answers. */
    default void start() {
        throw new UnsupportedOperationException(kind() + " cannot be started.");
    }

    /** Of TCP; -1 if there is none. */
    default int port() {
        return -1;
    }

    default Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), user(), password());
    }

    default void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql + ": " + e.getMessage(), e);
        }
    }

    /** The first column of the first row. */
    default long number(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql + ": " + e.getMessage(), e);
        }
    }

    @Override
    void close();
}
