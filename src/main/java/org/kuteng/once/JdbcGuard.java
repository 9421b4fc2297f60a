package org.kuteng.once;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.kuteng.work.Delivery;
import org.kuteng.work.OnceOnly.Claim;
import org.kuteng.work.OnceOnly.Guard;
import org.kuteng.work.OnceOnly.NotNowException;

/**
 * Keeps the keys in the database. The transaction is the claim: the key is inserted in it, the steps of the route that
 * write to the database join it, and it is committed when the route has completed, before the message is acknowledged.
 * Whoever comes with the same key meanwhile waits for its end, in whichever process; a crash ends it.
 */
final class JdbcGuard implements Guard {
    /** A connection may have been lost, or a transaction chosen to end a deadlock, without the database being away. */
    private static final int ATTEMPTS = 3;

    private final KeySource keys;
    private final KeysInHand inHand;
    private final Database database;
    private final Skipped skipped;

    JdbcGuard(KeySource keys, KeysInHand inHand, Database database, Skipped skipped) {
        this.keys = keys;
        this.inHand = inHand;
        this.database = database;
        this.skipped = skipped;
    }

    @Override
    public Optional<Claim> claim(Exchange exchange, Delivery delivery) throws NotNowException, InterruptedException {
        MessageKey key = keys.of(exchange, delivery);
        // within the process: a thread that waits holds no connection, and H2 is spared its busy waiting
        inHand.take(key);
        Transaction transaction = null;
        try {
            transaction = begin(key);
        } finally {
            if (transaction == null) {
                inHand.release(key);
            }
        }
        if (transaction == null) {
            skipped.add(key, () -> doneAt(key));
            return Optional.empty();
        }
        database.join(transaction);
        transaction.claim(exchange);
        return Optional.of(new JdbcClaim(key, transaction));
    }

    /** @return null if the key is there already */
    private Transaction begin(MessageKey key) throws NotNowException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            database.availability().await();
            try {
                return insert(key);
            } catch (SQLException e) {
                if (DatabaseFaults.isOfTheValues(e)) {
                    throw new IllegalArgumentException(
                            "the key " + key + " cannot be written down: " + DatabaseFaults.explain(e), e);
                }
                if (DatabaseFaults.isFull(e)) {
                    database.availability().full(e);
                    database.availability().pause();
                    throw new NotNowException(DatabaseFaults.explain(e), e);
                }
                boolean away = !DatabaseFaults.isLockTimeout(e)
                        && database.availability().isAwayAfter(e);
                if (!away && attempt == ATTEMPTS || DatabaseFaults.isLockTimeout(e)) {
                    database.availability().pause();
                    throw new NotNowException(DatabaseFaults.explain(e), e);
                }
            }
        }
    }

    private Transaction insert(MessageKey key) throws SQLException {
        Transaction transaction = database.begin();
        boolean inserted = false;
        try {
            inserted = database.dialect().insert(transaction.connection(), key);
            return inserted ? transaction : null;
        } finally {
            if (!inserted) {
                database.end(transaction);
            }
        }
    }

    /** Null if it cannot be found out: it is only told. */
    private Instant doneAt(MessageKey key) {
        String sql = "SELECT done_at FROM kuteng_once WHERE queue = ? AND message_key = ?";
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, key.queue());
            statement.setString(2, key.id());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getObject(1, OffsetDateTime.class).toInstant() : null;
            }
        } catch (SQLException e) {
            return null;
        }
    }

    @Override
    public void close() {
        // the database serves other routes as well
    }

    private final class JdbcClaim implements Claim {
        private final MessageKey key;
        private final Transaction transaction;

        JdbcClaim(MessageKey key, Transaction transaction) {
            this.key = key;
            this.transaction = transaction;
        }

        @Override
        public boolean isBoundToThread() {
            return true;
        }

        @Override
        public void keep() throws NotNowException {
            try {
                transaction.commit();
            } catch (SQLException e) {
                if (DatabaseFaults.isAway(e)) {
                    database.availability().isAwayAfter(e);
                    // perhaps it was committed: then the key is found when the message comes again
                    throw new NotNowException("whether the work was committed is not known", e);
                }
                throw new IllegalStateException("the work could not be committed: " + DatabaseFaults.explain(e), e);
            } finally {
                end();
            }
        }

        @Override
        public void giveBack() throws NotNowException {
            try {
                transaction.rollback();
            } catch (SQLException e) {
                if (database.availability().isAwayAfter(e)) {
                    throw new NotNowException("the database went away under the work", e);
                }
            } finally {
                end();
            }
        }

        private void end() {
            database.leave(transaction);
            inHand.release(key);
        }
    }
}
