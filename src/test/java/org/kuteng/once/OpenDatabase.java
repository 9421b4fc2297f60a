package org.kuteng.once;

import java.sql.Connection;
import java.sql.PreparedStatement;

/** A process of its own that opens a database as kuteng does, and writes down that it was there. */
final class OpenDatabase {
    private OpenDatabase() {}

    /** @param arguments URL and a name to insert; ends when its input ends */
    public static void main(String[] arguments) throws Exception {
        try (Database database = new Database(new DatabaseSettings(arguments[0], null, null))) {
            database.open();
            if (database.whyAway() != null) {
                throw new IllegalStateException(database.whyAway());
            }
            try (Connection connection = database.dataSource().getConnection()) {
                connection.createStatement().execute("CREATE TABLE IF NOT EXISTS was_here (name VARCHAR(20))");
                try (PreparedStatement insert = connection.prepareStatement("INSERT INTO was_here VALUES (?)")) {
                    insert.setString(1, arguments[1]);
                    insert.executeUpdate();
                }
            }
            System.out.println("here");
            System.in.read();
        }
    }
}
