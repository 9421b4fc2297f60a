package org.kuteng.once;

import java.sql.Connection;
import java.sql.SQLException;

/** A database transaction in which a message is claimed and its work is done. */
final class Transaction {
    private final Connection connection;
    private boolean rolledBackByStep;

    Transaction(Connection connection) {
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    /** A step has failed in a way that leaves nothing to commit. */
    void stepRolledBack() {
        rolledBackByStep = true;
    }

    boolean isRolledBackByStep() {
        return rolledBackByStep;
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    /** Gives the connection back to the pool. */
    void close() throws SQLException {
        connection.close();
    }
}
