package org.kuteng.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.PollDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kuteng.rabbitmq.WorkQueueComponent;
import org.kuteng.rabbitmq.WorkQueueEndpoint;

/** Whether the names of arguments reach the endpoint as a file writes them. */
class WrittenArgumentsTest {

    private static final Map<String, Object> WRITTEN =
            Map.of("queue.x-queue-type", "quorum", "queue.x-delivery-limit", 7, "exchange.My-Own-argument", "a-b");

    private static final String PARAMETERS = """
            %squeues: work
            %sarg.queue.x-queue-type: "{{type}}"
            %sarg.queue.x-delivery-limit: 7
            %sarg.exchange.My-Own-argument: a-b
            """;

    private static String parameters(int indent) {
        return PARAMETERS.replace("%s", " ".repeat(indent));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spring-rabbitmq:default", "spring-rabbitmq"})
    void theyReachAWorker(String uri) throws Exception {
        String exchange = uri.contains(":") ? "" : "        exchangeName: default\n";
        assertArrive("work.camel.yaml", """
                - from:
                    uri: %s
                    parameters:
                """.formatted(uri) + exchange + parameters(8) + """
                    steps:
                      - log: "${body}"
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"to", "toD", "wireTap", "poll"})
    void theyReachAStep(String step) throws Exception {
        assertArrive("work.camel.yaml", """
                - route:
                    from:
                      uri: direct:start
                      steps:
                        - %s:
                            uri: spring-rabbitmq:default
                            parameters:
                """.formatted(step) + parameters(16));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-queue-type=quorum", "x%2Dqueue%2Dtype={{type}}"})
    void theyReachAnAddressInOneLine(String type) throws Exception {
        assertArrive("work.camel.yaml", """
                - from:
                    uri: "spring-rabbitmq:default?queues=work&arg.queue.%s&arg.queue.x-delivery-limit=7\
                &arg.exchange.My-Own-argument=a-b"
                    steps:
                      - log: "${body}"
                """.formatted(type));
    }

    @ParameterizedTest
    @ValueSource(strings = "orders.kamelet.yaml")
    void theyReachAKamelet(String file) throws Exception {
        assertArrive(file, """
                apiVersion: camel.apache.org/v1
                kind: Kamelet
                metadata:
                  name: orders
                spec:
                  definition:
                    title: orders
                  template:
                    from:
                      uri: direct:orders
                      steps:
                        - to:
                            uri: spring-rabbitmq:default
                            parameters:
                """ + parameters(16));
    }

    private static void assertArrive(String file, String text) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            RouteLoaders.bind(camel.getRegistry()::bind);
            camel.addComponent("spring-rabbitmq", new WorkQueueComponent());
            camel.getPropertiesComponent().addInitialProperty("type", "quorum");
            camel.setAutoStartup(false);
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("file:" + file, text));
            if (file.contains("kamelet")) {
                camel.addRouteFromTemplate("one", "orders", Map.of());
            }
            camel.init();
            camel.build();
            // Camel resolves these for a message
            camel.getRouteDefinitions().stream()
                    .flatMap(route -> route.getOutputs().stream())
                    .filter(step -> step instanceof ToDynamicDefinition || step instanceof PollDefinition)
                    .map(step ->
                            step instanceof ToDynamicDefinition to ? to.getUri() : ((PollDefinition) step).getUri())
                    .forEach(camel::getEndpoint);
            List<Map<String, Object>> arguments = camel.getEndpoints().stream()
                    .filter(WorkQueueEndpoint.class::isInstance)
                    .map(endpoint -> ((WorkQueueEndpoint) endpoint).getArgs())
                    .toList();
            assertEquals(List.of(WRITTEN), arguments);
        }
    }
}
