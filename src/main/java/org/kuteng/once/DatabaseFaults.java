package org.kuteng.once;

import java.net.ConnectException;
import java.sql.SQLException;
import java.util.Set;

/** Reads what a database says when it refuses. States are SQL's and PostgreSQL's, codes are H2's. */
final class DatabaseFaults {
    /** Shutting down, crashed, starting up. */
    private static final Set<String> ENDING = Set.of("57P01", "57P02", "57P03");

    /** In use by another process, connection broken, closed, closing, object closed. */
    private static final Set<Integer> H2_AWAY = Set.of(90020, 90067, 90098, 90121, 90007);

    /** Another transaction holds a row for longer than this one may wait. */
    private static final Set<String> LOCK_TIMEOUTS = Set.of("HYT00", "55P03", "57014");

    /** No connection is left: for this user, this database, or at all. */
    private static final String TOO_MANY_CONNECTIONS = "53300";

    private DatabaseFaults() {}

    /** Whether the connection is lost, or cannot be had; what the database did last is not known then. */
    static boolean isAway(SQLException e) {
        String state = e.getSQLState();
        return state == null
                || state.startsWith("08")
                || state.startsWith("53") && !isFull(e)
                || ENDING.contains(state)
                || H2_AWAY.contains(e.getErrorCode());
    }

    /** Whether the database is there, but has no connection left. */
    static boolean isFull(SQLException e) {
        return TOO_MANY_CONNECTIONS.equals(e.getSQLState());
    }

    /** Whether another transaction is in the way. */
    static boolean isLockTimeout(SQLException e) {
        return LOCK_TIMEOUTS.contains(e.getSQLState());
    }

    /** Whether the values themselves are refused: a character that the database cannot hold. */
    static boolean isOfTheValues(SQLException e) {
        return e.getSQLState() != null && e.getSQLState().startsWith("22");
    }

    /** One line: what the database says, and what to do. */
    static String explain(SQLException e) {
        if (isFull(e)) {
            return deepest(e).getMessage() + remedy(e.getSQLState());
        }
        for (Throwable t = e; t != null && t != t.getCause(); t = t.getCause()) {
            if (t instanceof ConnectException) {
                return "connection refused";
            }
        }
        String text =
                String.valueOf(e.getMessage()).lines().findFirst().orElse("").trim();
        return text + remedy(e.getSQLState());
    }

    /** What the server said: the pool wraps it into words of its own. */
    private static Throwable deepest(Throwable thrown) {
        Throwable deepest = thrown;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        return deepest;
    }

    private static String remedy(String state) {
        if (state == null) {
            return "";
        }
        return switch (state) {
            case "28P01", "28000" -> "; check kuteng.database.user and kuteng.database.password";
            case TOO_MANY_CONNECTIONS -> "; raise max_connections of the server, or lower concurrentConsumers";
            case "3D000" -> "; create it, or check kuteng.database.url";
            case "42501" -> "; let the user of kuteng.database.user create tables, or create them (docs/operations.md)";
            default -> "";
        };
    }
}
