package org.kuteng.once;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;

/** A process of its own that opens a database as kuteng does, and writes down that it was there. */
final class OpenDatabase {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private OpenDatabase() {}

    /** @param arguments URL and a name to insert; ends when its input ends */
    public static void main(String[] arguments) throws Exception {
        try (Database database = new Database(new DatabaseSettings(arguments[0], null, null))) {
            database.open();
            await().atMost(PATIENCE).until(() -> database.whyAway() == null);
            // on a busy machine a connection may take longer than a worker waits before it gives the message back
            await().atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(SQLTransientConnectionException.class)
                    .until(() -> {
                        writeDown(database, arguments[1]);
                        return true;
                    });
            System.out.println("here");
            System.in.read();
        }
    }

    private static void writeDown(Database database, String name) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.createStatement().execute("CREATE TABLE IF NOT EXISTS was_here (name VARCHAR(20))");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO was_here VALUES (?)")) {
                insert.setString(1, name);
                insert.executeUpdate();
            }
        }
    }
}
