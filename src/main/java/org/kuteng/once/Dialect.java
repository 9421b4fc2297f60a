package org.kuteng.once;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** The two databases that hold keys, where they differ. */
enum Dialect {
    H2("jdbc:h2:") {
        @Override
        String complete(String url) {
            // tcp: somebody else runs it; mem: there is nothing to share
            if (!url.matches("(?i)jdbc:h2:(?!tcp:|ssl:|mem:|zip:).*")) {
                return url;
            }
            return completed(url, FILE_OPTIONS);
        }

        @Override
        Properties properties(String user, String password) {
            return credentials(
                    user == null ? DatabaseSettings.DEFAULT_H2_USER : user, password == null ? "" : password);
        }

        @Override
        boolean insert(Connection connection, MessageKey key) throws SQLException {
            try {
                return execute(connection, "INSERT INTO kuteng_once (queue, message_key) VALUES (?, ?)", key);
            } catch (SQLException e) {
                if (DUPLICATE.equals(e.getSQLState())) {
                    return false;
                }
                throw e;
            }
        }

        @Override
        String purge() {
            return "DELETE FROM kuteng_once WHERE done_at < DATEADD(MILLISECOND, -?, CURRENT_TIMESTAMP)"
                    + " FETCH FIRST ? ROWS ONLY";
        }

        @Override
        String lockForMigration() {
            return null;
        }

        @Override
        String initialise() {
            return null;
        }
    },

    POSTGRESQL("jdbc:postgresql:") {
        @Override
        String complete(String url) {
            return url;
        }

        @Override
        Properties properties(String user, String password) {
            Properties properties = credentials(user, password);
            properties.setProperty("ApplicationName", "kuteng");
            properties.setProperty("tcpKeepAlive", "true");
            properties.setProperty("connectTimeout", String.valueOf(CONNECT_SECONDS));
            properties.setProperty("loginTimeout", String.valueOf(CONNECT_SECONDS));
            return properties;
        }

        @Override
        boolean insert(Connection connection, MessageKey key) throws SQLException {
            return execute(
                    connection,
                    "INSERT INTO kuteng_once (queue, message_key) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    key);
        }

        @Override
        String purge() {
            // several processes may purge: each takes rows that no other has
            return "DELETE FROM kuteng_once WHERE ctid = ANY (ARRAY (SELECT ctid FROM kuteng_once"
                    + " WHERE done_at < CURRENT_TIMESTAMP - ? * INTERVAL '1 millisecond'"
                    + " ORDER BY done_at LIMIT ? FOR UPDATE SKIP LOCKED))";
        }

        @Override
        String lockForMigration() {
            return "SELECT pg_advisory_xact_lock(" + MIGRATION_LOCK + ")";
        }

        @Override
        String initialise() {
            // the claims of a machine that has lost its power are free within a minute, and not after two hours
            return "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";
        }
    };

    /** SQL's own state for a key that is there already. */
    private static final String DUPLICATE = "23505";

    /** How long a database may take to answer at all. */
    static final int CONNECT_SECONDS = 5;

    /** Any number that no other program uses. */
    private static final long MIGRATION_LOCK = 5_672_004;

    /**
     * What H2 needs to hold to its commits when its process is killed, and to be shared by the processes of one machine.
     * Its own default writes commits up to half a second late. Space is used again after a second and not after 45.
     */
    private static final Map<String, String> FILE_OPTIONS = new LinkedHashMap<>();

    static {
        FILE_OPTIONS.put("AUTO_SERVER", "TRUE");
        FILE_OPTIONS.put("WRITE_DELAY", "0");
        FILE_OPTIONS.put("RETENTION_TIME", "1000");
        // what goes wrong is thrown, too
        FILE_OPTIONS.put("TRACE_LEVEL_FILE", "0");
        FILE_OPTIONS.put("TRACE_LEVEL_SYSTEM_OUT", "0");
    }

    private final String prefix;

    Dialect(String prefix) {
        this.prefix = prefix;
    }

    /** @throws IllegalArgumentException if it is the URL of another database */
    static Dialect of(String url) {
        for (Dialect dialect : values()) {
            if (url.startsWith(dialect.prefix)) {
                return dialect;
            }
        }
        throw new IllegalArgumentException("it begins neither with " + H2.prefix + " nor with " + POSTGRESQL.prefix);
    }

    /** The URL with the options that kuteng needs, unless the user's own are there. */
    abstract String complete(String url);

    /** What the driver is told besides the URL. */
    abstract Properties properties(String user, String password);

    /**
     * Inserts a key; waits for another transaction that has inserted the same.
     *
     * @return false if it is there already
     */
    abstract boolean insert(Connection connection, MessageKey key) throws SQLException;

    /** Deletes keys that are older than so many milliseconds, and so many at most. */
    abstract String purge();

    /** Keeps other processes from migrating at the same time; null if they do no harm. */
    abstract String lockForMigration();

    /** What is said on each new connection; null: nothing. */
    abstract String initialise();

    /** A URL of H2 with these options, unless it has them. */
    static String completed(String url, Map<String, String> options) {
        String upper = url.toUpperCase(Locale.ROOT);
        StringBuilder complete = new StringBuilder(url);
        options.forEach((option, value) -> {
            if (!upper.contains(";" + option + "=")) {
                complete.append(';').append(option).append('=').append(value);
            }
        });
        return complete.toString();
    }

    static Properties credentials(String user, String password) {
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        return properties;
    }

    static boolean execute(Connection connection, String sql, MessageKey key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, key.queue());
            statement.setString(2, key.id());
            return statement.executeUpdate() == 1;
        }
    }
}
