package org.kuteng.once;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The database that holds the keys, and the effects of the work that joins: a pool of connections. */
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.database");

    /** Connections besides those of the workers: the purge, and steps of routes that do not consume. */
    private static final int SPARE_CONNECTIONS = 2;

    /** What a thread waits for a connection, and so at most until it is noticed that the database is away. */
    private static final int CONNECTION_TIMEOUT_MILLIS = 3_000;

    private final DatabaseSettings settings;
    private final Dialect dialect;

    /** Null if it is no H2 database in a file. */
    private final H2Store store;

    private final String url;

    /** Does not connect before it is asked for a connection, when {@link #properties} are known. */
    private final HikariDataSource pool = new HikariDataSource();

    private final JoiningDataSource joining;
    private final Availability availability = new Availability(this);
    private final Map<String, Integer> consumers = new ConcurrentHashMap<>();
    private final ServerRoom room;
    private volatile Properties properties;
    private volatile boolean migrated;

    /** Does not connect yet. */
    public Database(DatabaseSettings settings) {
        this.settings = settings;
        this.dialect = Dialect.of(settings.url());
        this.properties = dialect.properties(settings.user(), settings.password());
        if (dialect == Dialect.H2) {
            H2Server.keepOnLoopback();
            H2Server.closeWithThePoolOnly();
            OwnerOnlyFiles.register();
        }
        this.store = dialect == Dialect.H2 ? H2Store.of(settings) : null;
        this.url = store == null
                ? dialect.complete(settings.url())
                : hasPasswordOfItsOwn() ? store.workUrl() : store.url();
        this.room = dialect == Dialect.POSTGRESQL ? new ServerRoom(this) : null;
        this.joining = new JoiningDataSource(pool);
        configurePool();
    }

    /** Whether kuteng makes and keeps its password. */
    private boolean hasPasswordOfItsOwn() {
        return store != null && settings.password() == null;
    }

    private void configurePool() {
        pool.setPoolName("kuteng");
        pool.setJdbcUrl(url);
        pool.setDataSourceProperties(properties);
        pool.setConnectionInitSql(dialect.initialise());
        pool.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
        pool.setMaximumPoolSize(SPARE_CONNECTIONS);
        pool.setMinimumIdle(1);
        // a database that is away at the start is waited for
        pool.setInitializationFailTimeout(-1);
    }

    /**
     * Connects, and makes or migrates the tables. A database that cannot be reached is waited for in the background.
     *
     * @throws DatabaseException if it refuses in a way that trying again cannot help
     */
    public void open() {
        if (hasPasswordOfItsOwn()) {
            properties = store.credentials();
            pool.setDataSourceProperties(properties);
        } else if (store != null) {
            store.createFolder();
        }
        try {
            check();
            LOG.info("{}", settings);
        } catch (SQLException e) {
            if (!DatabaseFaults.isAway(e) && !DatabaseFaults.isFull(e)) {
                throw new DatabaseException("database " + settings + ": " + DatabaseFaults.explain(e), e);
            }
            availability.away(e);
        } catch (DatabaseException e) {
            throw new DatabaseException("database " + settings + ": " + e.getMessage(), e);
        }
    }

    /** For steps of routes. */
    public DataSource dataSource() {
        return joining;
    }

    /** Why the database cannot be used now; null if it can. */
    public String whyAway() {
        return availability.why();
    }

    /** Where it is, without a password: for messages. */
    @Override
    public String toString() {
        return settings.toString();
    }

    /** Makes room for the workers of a route. */
    synchronized void makeRoom(String routeId, int workers) {
        consumers.put(routeId, workers);
        int all = consumers.values().stream().mapToInt(Integer::intValue).sum();
        pool.setMaximumPoolSize(SPARE_CONNECTIONS + all);
        // made ahead, and kept: no message waits for a connection to be made
        pool.setMinimumIdle(1 + all);
        if (room != null) {
            room.checkSoon();
        }
    }

    /** How many connections it may have at most. */
    int wantedConnections() {
        return pool.getMaximumPoolSize();
    }

    /** How many connections it has now. */
    int connections() {
        HikariPoolMXBean now = pool.getHikariPoolMXBean();
        return now == null ? 0 : now.getTotalConnections();
    }

    Dialect dialect() {
        return dialect;
    }

    Availability availability() {
        return availability;
    }

    /** A connection of its own, which commits each statement. */
    Connection connect() throws SQLException {
        return pool.getConnection();
    }

    /** Begins a transaction; no thread has joined it yet. */
    Transaction begin() throws SQLException {
        Connection connection = pool.getConnection();
        try {
            connection.setAutoCommit(false);
            return new Transaction(connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** What this thread does from now on belongs to the transaction. */
    void join(Transaction transaction) {
        joining.join(transaction);
    }

    /** The transaction that this thread has joined; null: none. */
    Transaction current() {
        return joining.current();
    }

    /** Ends what {@link #join} began, and gives the connection back. */
    void leave(Transaction transaction) {
        joining.leave();
        end(transaction);
    }

    /** Gives the connection back; what was not committed is rolled back. */
    void end(Transaction transaction) {
        try {
            transaction.close();
        } catch (SQLException e) {
            LOG.debug("a connection could not be given back", e);
        }
    }

    /** No connection that was made until now is used again. */
    void forgetConnections() {
        HikariPoolMXBean now = pool.getHikariPoolMXBean();
        if (now != null) {
            now.softEvictConnections();
        }
    }

    /** Asks the database itself, on a new connection, whether keys can be written. */
    void check() throws SQLException {
        try (Connection opened = hasPasswordOfItsOwn() ? store.prepare() : null;
                Connection connection = DriverManager.getConnection(url, properties)) {
            if (!migrated || opened != null) {
                Schema.migrate(connection, dialect);
                migrated = true;
            }
            connection.setAutoCommit(false);
            dialect.insert(connection, MessageKey.of("", UUID.randomUUID().toString()));
            connection.rollback();
            if (!pool.isRunning()) {
                // meanwhile: H2 closes a file whose last connection is closed, and opens it again at the next one
                startPool();
            }
        }
    }

    /** Connections are made ahead from now on, so that the first messages need not wait for them. */
    private void startPool() {
        try {
            pool.getConnection().close();
        } catch (SQLException e) {
            // there may be room for one and not for two; if not, a worker finds out
            LOG.debug("no connection for the pool yet", e);
        }
    }

    /** Lets those who wait for the database go, and closes all connections. */
    @Override
    public void close() {
        availability.close();
        if (room != null) {
            room.close();
        }
        pool.close();
    }
}
