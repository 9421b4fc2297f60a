package org.kuteng.once;

import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * The database for the steps of routes. While a thread works on a message that is claimed, it gets the connection of
 * that message's transaction, whichever library asks ({@code sql:}, {@code jdbc:}, a bean); that connection cannot be
 * committed or closed by a step. Every other thread gets one of its own.
 */
final class JoiningDataSource implements DataSource {
    private final DataSource pool;
    private final ThreadLocal<Transaction> current = new ThreadLocal<>();

    JoiningDataSource(DataSource pool) {
        this.pool = pool;
    }

    /** What this thread does from now on belongs to the transaction. */
    void join(Transaction transaction) {
        current.set(transaction);
    }

    /** What this thread does belongs to it; null: to none. */
    Transaction current() {
        return current.get();
    }

    void leave() {
        current.remove();
    }

    @Override
    public Connection getConnection() throws SQLException {
        Transaction transaction = current.get();
        return transaction == null ? pool.getConnection() : joined(transaction);
    }

    private static Connection joined(Transaction transaction) {
        return (Connection) Proxy.newProxyInstance(
                JoiningDataSource.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new JoinedConnection(transaction));
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return pool.getConnection(user, password);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return pool.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        pool.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        pool.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return pool.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("org.kuteng.once");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : pool.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || pool.isWrapperFor(type);
    }

    /** The transaction's connection as a step sees it; its beginning and end are not the step's. */
    private record JoinedConnection(Transaction transaction) implements InvocationHandler {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            boolean bare = arguments == null || arguments.length == 0;
            switch (method.getName()) {
                case "close", "setAutoCommit" -> {
                    return null;
                }
                case "commit" -> {
                    return null;
                }
                case "rollback" -> {
                    if (bare) {
                        transaction.stepRolledBack();
                        return null;
                    }
                }
                case "equals" -> {
                    return proxy == arguments[0];
                }
                case "hashCode" -> {
                    return System.identityHashCode(proxy);
                }
                default -> {
                    // the connection's own
                }
            }
            try {
                return method.invoke(transaction.connection(), arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }
}
