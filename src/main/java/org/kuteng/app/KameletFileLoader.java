package org.kuteng.app;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.dsl.yaml.KameletRoutesBuilderLoader;
import org.apache.camel.dsl.yaml.common.YamlDeserializationContext;
import org.apache.camel.spi.Resource;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads kamelets by whatever name, as {@link RouteFileLoader} reads routes. */
public final class KameletFileLoader extends KameletRoutesBuilderLoader {

    @Override
    public boolean isSupportedExtension(String extension) {
        return RouteFiles.isKamelet("." + extension);
    }

    @Override
    protected RouteBuilder builder(YamlDeserializationContext context, Node root) {
        return super.builder(context, WrittenArguments.keep(root));
    }

    @Override
    public RouteBuilder doLoadRouteBuilder(Resource resource) throws Exception {
        // nobody starts what Camel finds in the registry
        start();
        return super.doLoadRouteBuilder(resource);
    }
}
