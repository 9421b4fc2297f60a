package org.kuteng.app;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.Service;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.spi.ContextReloadStrategy;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What kuteng sets in Camel before the user's own {@code camel.*} properties, which win. */
final class CamelDefaults {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng");

    private static final List<Class<? extends Service>> OWN_RELOAD =
            List.of(RouteWatcherReloadStrategy.class, ContextReloadStrategy.class);

    /** Camel's own wait comes after the workers have ended their work, and is for what else a route does. */
    private static final int CAMEL_SHUTDOWN_SECONDS = 10;

    private CamelDefaults() {}

    static void apply(MainConfigurationProperties camel) {
        camel.setName("kuteng");
        camel.setJmxEnabled(false);
        camel.setShutdownTimeout(CAMEL_SHUTDOWN_SECONDS);
        camel.setShutdownLogInflightExchangesOnTimeout(false);
        // the summary shows values, passwords of URIs among them
        camel.setAutoConfigurationLogSummary(false);
        camel.setBasePackageScanEnabled(false);
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
