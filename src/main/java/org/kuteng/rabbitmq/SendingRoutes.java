package org.kuteng.rabbitmq;

import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.kuteng.broker.Topology;

/** Says which routes send, since they share one connection and RabbitMQ shows one name for it. */
final class SendingRoutes {
    private static final String SCHEME = "spring-rabbitmq:";

    /** More names than this are cut: the broker shows them in a column. */
    private static final int MAX_NAMES = 3;

    private SendingRoutes() {}

    static String connectionName(CamelContext context) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        List<String> ids = model == null
                ? List.of()
                : model.getRouteDefinitions().stream()
                        .filter(SendingRoutes::sends)
                        .map(RouteDefinition::getRouteId)
                        .toList();
        if (ids.isEmpty()) {
            return "kuteng publisher";
        }
        String names = String.join(", ", ids.subList(0, Math.min(ids.size(), MAX_NAMES)));
        return "kuteng " + names + (ids.size() > MAX_NAMES ? " and " + (ids.size() - MAX_NAMES) + " more" : "");
    }

    private static boolean sends(RouteDefinition route) {
        return targets(route).findAny().isPresent();
    }

    private static Stream<String> targets(RouteDefinition route) {
        return ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ToDefinition.class).stream()
                .map(to -> to.getEndpointUri())
                .filter(uri -> uri != null && uri.startsWith(SCHEME));
    }

    /** The routes with a step that sends to what is declared here. */
    static List<String> declaring(CamelContext context, Topology topology) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        return model == null
                ? List.of()
                : model.getRouteDefinitions().stream()
                        .filter(route -> targets(route).anyMatch(uri -> declares(context, uri, topology)))
                        .map(RouteDefinition::getRouteId)
                        .toList();
    }

    private static boolean declares(CamelContext context, String uri, Topology topology) {
        return context.hasEndpoint(context.resolvePropertyPlaceholders(uri)) instanceof WorkQueueEndpoint endpoint
                && endpoint.producerTopology().equals(topology);
    }
}
