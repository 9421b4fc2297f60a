package org.kuteng.once;

import java.sql.Connection;
import java.sql.SQLException;
import org.apache.camel.Exchange;
import org.kuteng.work.FailedStep;
import org.kuteng.work.Work;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database transaction in which a message is claimed and its work is done. The exchange of the message carries it, and
 * so does every copy that a splitter, a wire tap or a queue in memory makes.
 */
final class Transaction {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.once");

    /** The exchange property that holds it. */
    private static final String PROPERTY = "KutengTransaction";

    private final Connection connection;

    /** Null until the message is claimed. */
    private Work work;

    private boolean rolledBackByStep;

    /** Guarded by this; null if no step was refused. */
    private OutsideTransactionException refused;

    /** Guarded by this. */
    private boolean committed;

    Transaction(Connection connection) {
        this.connection = connection;
    }

    /** The transaction that an exchange belongs to; null: none. */
    static Transaction of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Transaction.class);
    }

    /** The work on a message belongs to it from now on. */
    void claim(Exchange exchange) {
        work = Work.of(exchange);
        take(exchange);
    }

    /** What the exchange does belongs to it. Camel then does every step on this thread, asynchronous ones too. */
    void take(Exchange exchange) {
        exchange.setProperty(PROPERTY, this);
        exchange.getExchangeExtension().setTransacted(true);
    }

    Connection connection() {
        return connection;
    }

    /** A step has failed in a way that leaves nothing to commit. */
    void stepRolledBack() {
        rolledBackByStep = true;
    }

    /**
     * A step does not run, since its work would not belong to the transaction: the message fails, even if the route
     * makes nothing of the exception. No further attempt would change that.
     */
    synchronized void refuse(Exchange exchange, OutsideTransactionException why) {
        if (refused == null) {
            refused = why;
        }
        work.fail(FailedStep.of(exchange, why, true));
        if (committed) {
            LOG.error(
                    "{}; it came so late that the work of message {} was committed without it",
                    why.getMessage(),
                    work.delivery().properties().getMessageId());
        }
    }

    /** @throws RuntimeException if there is nothing that may be committed: says why */
    synchronized void commit() throws SQLException {
        if (refused != null) {
            throw refused;
        }
        if (rolledBackByStep) {
            throw new IllegalStateException("a step has rolled the transaction back, and the route went on");
        }
        connection.commit();
        committed = true;
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    /** Gives the connection back to the pool. */
    void close() throws SQLException {
        connection.close();
    }
}
