package org.kuteng.app;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.main.SimpleMain;
import org.kuteng.app.check.CheckContext;
import org.kuteng.failure.NoteFailure;
import org.kuteng.rabbitmq.WorkQueueComponent;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** What routes find around them when they run, for those who look at them beforehand. */
final class RouteContext {
    /** {@code camel.beans.NAME = #class:...} in application.properties. */
    private static final Pattern BEAN = Pattern.compile("camel\\.beans\\.([^.\\[]+)(?:[.\\[].*)?");

    private static final Pattern THREAD_POOL =
            Pattern.compile("camel\\.threadpool\\.config(?:\\.([^.]+)|\\[([^\\]]+)])\\..*");

    private RouteContext() {}

    static CheckContext of(Settings settings) {
        Properties properties = settings.asProperties();
        Set<String> beans = new HashSet<>(Set.of(NoteFailure.RETRY_OR_BURY, NoteFailure.BURY));
        if (OnceInUse.hasDatabase(settings)) {
            beans.add(OnceInUse.DATA_SOURCE);
        }
        Set<String> threadPools = new HashSet<>();
        for (String key : properties.stringPropertyNames()) {
            find(BEAN, key).ifPresent(beans::add);
            find(THREAD_POOL, key).ifPresent(threadPools::add);
        }
        return new CheckContext(
                name -> Optional.ofNullable(override(name)).or(() -> Optional.ofNullable(properties.getProperty(name))),
                beans,
                threadPools,
                Map.of());
    }

    private static Optional<String> find(Pattern pattern, String key) {
        Matcher matcher = pattern.matcher(key);
        return matcher.matches()
                ? Optional.of(matcher.group(1) != null ? matcher.group(1) : matcher.group(2))
                : Optional.empty();
    }

    /** Camel lets an environment variable or a system property override any placeholder. */
    private static String override(String name) {
        String environment =
                System.getenv(name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT));
        return environment != null ? environment : System.getProperty(name);
    }

    /** Gives a Camel context what the application gives to its own, but for a broker. */
    static Consumer<CamelContext> withoutBroker(Settings settings) {
        return camel -> {
            SimpleMain main = new SimpleMain(camel);
            main.setDefaultPropertyPlaceholderLocation("false");
            main.setOverrideProperties(settings.asProperties());
            CamelDefaults.apply(main.configure());
            RouteLoaders.bind(camel.getRegistry()::bind);
            camel.getRegistry().bind("spring-rabbitmq", new WorkQueueComponent());
            camel.getRegistry().bind("workQueueSettings", WorkQueueSettingsFrom.settings(settings));
            camel.getRegistry().bind(NoteFailure.RETRY_OR_BURY, new NoteFailure(false));
            camel.getRegistry().bind(NoteFailure.BURY, new NoteFailure(true));
            if (OnceInUse.hasDatabase(settings)) {
                camel.getRegistry().bind(OnceInUse.DATA_SOURCE, new NoDatabase());
            }
            main.build();
            main.init();
        };
    }

    /** What stands for the database where no step runs. */
    private static final class NoDatabase extends AbstractDataSource {
        @Override
        public Connection getConnection() throws SQLException {
            throw new SQLException("no step runs here");
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            return getConnection();
        }
    }
}
