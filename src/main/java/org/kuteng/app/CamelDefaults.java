package org.kuteng.app;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.Service;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.spi.ContextReloadStrategy;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.spi.ShutdownStrategy;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What kuteng sets in Camel before the user's own {@code camel.*} properties, which win. */
final class CamelDefaults {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng");

    private static final List<Class<? extends Service>> OWN_RELOAD =
            List.of(RouteWatcherReloadStrategy.class, ContextReloadStrategy.class);

    /** What Camel's own stop gets at least: when the time is over, it still ends what runs. */
    private static final Duration LEAST_SHUTDOWN = Duration.ofMillis(100);

    /** What a thread pool with a thread that does not end is given, once the time is over. */
    private static final Duration POOL_PATIENCE = Duration.ofMillis(100);

    private CamelDefaults() {}

    static void apply(MainConfigurationProperties camel) {
        camel.setName("kuteng");
        camel.setJmxEnabled(false);
        // the stop has said by then what it does not wait for
        camel.setShutdownLogInflightExchangesOnTimeout(false);
        camel.setShutdownSuppressLoggingOnTimeout(true);
        // the summary shows values, passwords of URIs among them
        camel.setAutoConfigurationLogSummary(false);
        camel.setBasePackageScanEnabled(false);
    }

    /** Sets how long the stop of a route may take. */
    static void stopWithin(MainConfigurationProperties camel, Duration timeout) {
        camel.setShutdownTimeout((int) Math.max(1, timeout.toSeconds()));
    }

    /** Camel's own stop gets what is left of the time, or less if the user has said so. */
    static void limitShutdown(CamelContext context, Duration left) {
        Duration most = left.compareTo(LEAST_SHUTDOWN) > 0 ? left : LEAST_SHUTDOWN;
        ShutdownStrategy shutdown = context.getShutdownStrategy();
        long set = shutdown.getTimeUnit().toMillis(shutdown.getTimeout());
        shutdown.setTimeUnit(TimeUnit.MILLISECONDS);
        shutdown.setTimeout(Math.min(set, most.toMillis()));
        ExecutorServiceManager pools = context.getExecutorServiceManager();
        pools.setShutdownAwaitTermination(Math.min(
                pools.getShutdownAwaitTermination(),
                left.compareTo(POOL_PATIENCE) > 0 ? left.toMillis() : POOL_PATIENCE.toMillis()));
    }

    /** Takes out Camel's own ways to take changed routes over, with which a typo ends the routes that run. */
    static void withoutOwnReload(CamelContext context) {
        for (Class<? extends Service> type : OWN_RELOAD) {
            Service reload = context.hasService(type);
            if (reload != null) {
                remove(reload, context);
                LOG.warn("camel.main.routesReloadEnabled and contextReloadEnabled have no effect:"
                        + " kuteng itself takes changed routes over (kuteng.reload)");
            }
        }
    }

    private static void remove(Service service, CamelContext context) {
        try {
            context.removeService(service);
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeCamelException(e);
        }
    }
}
