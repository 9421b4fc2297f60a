package org.kuteng.app;

import org.apache.camel.main.Main;

/** What kuteng sets in Camel before the user's own {@code camel.*} properties, which win. */
final class CamelDefaults {

    /** Camel's own wait comes after the workers have ended their work, and is for what else a route does. */
    private static final int CAMEL_SHUTDOWN_SECONDS = 10;

    private CamelDefaults() {}

    static void apply(Main main, Settings settings) {
        main.configure().setName("kuteng");
        main.configure().setJmxEnabled(false);
        main.configure().setShutdownTimeout(CAMEL_SHUTDOWN_SECONDS);
        main.configure().setShutdownLogInflightExchangesOnTimeout(false);
        // the summary shows values, passwords of URIs among them
        main.configure().setAutoConfigurationLogSummary(false);
        main.configure().setBasePackageScanEnabled(false);
    }
}
