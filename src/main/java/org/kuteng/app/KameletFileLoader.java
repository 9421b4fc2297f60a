package org.kuteng.app;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.dsl.yaml.KameletRoutesBuilderLoader;
import org.apache.camel.spi.Resource;

/** Reads kamelets by whatever name, as {@link RouteFileLoader} reads routes. */
final class KameletFileLoader extends KameletRoutesBuilderLoader {

    @Override
    public boolean isSupportedExtension(String extension) {
        return RouteFiles.isKamelet("." + extension);
    }

    @Override
    public RouteBuilder doLoadRouteBuilder(Resource resource) throws Exception {
        // nobody starts what Camel finds in the registry
        start();
        return super.doLoadRouteBuilder(resource);
    }
}
