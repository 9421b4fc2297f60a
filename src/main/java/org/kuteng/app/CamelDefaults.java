package org.kuteng.app;

import org.apache.camel.main.MainConfigurationProperties;

/** What kuteng sets in Camel before the user's own {@code camel.*} properties, which win. */
final class CamelDefaults {

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
}
