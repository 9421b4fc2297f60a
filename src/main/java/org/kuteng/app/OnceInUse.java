package org.kuteng.app;

import java.lang.management.ManagementFactory;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.main.Main;
import org.kuteng.once.Database;
import org.kuteng.once.DatabaseException;
import org.kuteng.once.DatabaseHealth;
import org.kuteng.once.DatabaseSettings;
import org.kuteng.once.OnceMode;
import org.kuteng.once.OnceSettings;
import org.kuteng.once.OnceSwitch;
import org.kuteng.once.SqlSteps;
import org.kuteng.once.TransactionSends;
import org.kuteng.once.TransactionSteps;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The once-only switch of this process and its database; what the settings do not ask for is not even loaded.
 *
 * @param onceSwitch null if no route is protected and there is no database
 * @param database null if no route is protected by one, and none is named
 * @param transactional whether a route is protected by the database
 */
record OnceInUse(OnceSwitch onceSwitch, Database database, boolean transactional) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.once");

    /** The name under which routes find the database, if there is one. */
    static final String DATA_SOURCE = "kutengDatabase";

    static OnceInUse from(Settings settings) {
        boolean withDatabase = hasDatabase(settings);
        if (!withDatabase && !anyRouteHas(OnceMode.MEMORY, settings)) {
            return new OnceInUse(null, null, false);
        }
        Database database = withDatabase ? new Database(databaseSettings(settings)) : null;
        OnceSettings once = new OnceSettings(
                routeId -> settings.get(Setting.ONCE, routeId),
                settings.get(Setting.ONCE_MEMORY_KEYS),
                settings.get(Setting.ONCE_RETENTION));
        return new OnceInUse(new OnceSwitch(once, database), database, anyRouteHas(OnceMode.JDBC, settings));
    }

    /** Whether routes find a database: one is named, or holds the keys of a route. */
    static boolean hasDatabase(Settings settings) {
        return anyRouteHas(OnceMode.JDBC, settings)
                || !settings.value(Setting.DATABASE_URL).source().equals(Settings.DEFAULT_SOURCE);
    }

    private static boolean anyRouteHas(OnceMode mode, Settings settings) {
        return settings.get(Setting.ONCE) == mode
                || settings.routesWithOwnSettings().stream()
                        .anyMatch(routeId -> settings.get(Setting.ONCE, routeId) == mode);
    }

    private static DatabaseSettings databaseSettings(Settings settings) {
        return new DatabaseSettings(
                settings.get(Setting.DATABASE_URL),
                settings.get(Setting.DATABASE_USER),
                settings.get(Setting.DATABASE_PASSWORD));
    }

    void bindTo(Main main) {
        if (onceSwitch != null) {
            main.bind("onceSwitch", onceSwitch);
            showInJmx();
        }
        if (database != null) {
            // the only one of its type: sql: and jdbc: steps find it by themselves
            main.bind(DATA_SOURCE, database.dataSource());
        }
        if (transactional) {
            main.bind("transactionSteps", new TransactionSteps(database));
            main.bind("transactionSends", new TransactionSends(database));
        }
    }

    private void showInJmx() {
        try {
            ManagementFactory.getPlatformMBeanServer().registerMBean(onceSwitch, objectName());
        } catch (InstanceAlreadyExistsException e) {
            LOG.debug("another program in this JVM has the name", e);
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    private void hideFromJmx() {
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(objectName());
        } catch (InstanceNotFoundException e) {
            LOG.debug("it was not shown, or has been hidden already", e);
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectName objectName() throws MalformedObjectNameException {
        return new ObjectName(OnceSwitch.OBJECT_NAME);
    }

    /** @throws ConfigurationException if the database refuses in a way that trying again cannot help */
    void open(CamelContext context) {
        if (database == null) {
            return;
        }
        try {
            database.open();
        } catch (DatabaseException e) {
            ConfigurationException explained = new ConfigurationException(e.getMessage());
            explained.initCause(e);
            throw explained;
        }
        SqlSteps.prepare(context);
        HealthCheckRegistry health = HealthCheckRegistry.get(context);
        if (health != null) {
            health.register(new DatabaseHealth(database));
        }
    }

    @Override
    public void close() {
        if (onceSwitch != null) {
            hideFromJmx();
            onceSwitch.close();
        }
        if (database != null) {
            database.close();
        }
    }
}
