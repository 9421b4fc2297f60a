package org.kuteng.app;

import java.util.function.BiConsumer;

/** How route files are read. */
final class RouteLoaders {
    private RouteLoaders() {}

    /** Makes a Camel context read them so; to be called before it reads the first. */
    static void bind(BiConsumer<String, Object> registry) {
        registry.accept("utf8Sources", new Utf8Sources());
        registry.accept("routeFileLoader", new RouteFileLoader());
        registry.accept("kameletFileLoader", new KameletFileLoader());
    }
}
