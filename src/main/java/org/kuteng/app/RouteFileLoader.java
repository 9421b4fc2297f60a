package org.kuteng.app;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.apache.camel.dsl.yaml.common.YamlDeserializationContext;
import org.apache.camel.spi.Resource;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads route files by whatever name: Camel takes everything after the first dot for the kind of a file, knows {@code
 * yaml} and {@code camel.yaml} only, and refuses {@code orders.yml} and {@code orders.v2.yaml}.
 */
final class RouteFileLoader extends YamlRoutesBuilderLoader {

    @Override
    public boolean isSupportedExtension(String extension) {
        return RouteFiles.isYaml("." + extension) && !RouteFiles.isKamelet("." + extension);
    }

    @Override
    protected RouteBuilder builder(YamlDeserializationContext context, Node root) {
        return super.builder(context, WrittenArguments.keep(root));
    }

    @Override
    public void preParseRoute(Resource resource) throws Exception {
        // nobody starts what Camel finds in the registry
        start();
        super.preParseRoute(resource);
    }
}
