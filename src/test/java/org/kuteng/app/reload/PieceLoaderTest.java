package org.kuteng.app.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kuteng.rabbitmq.WorkQueueComponent;
import org.kuteng.rabbitmq.WorkQueueEndpoint;

class PieceLoaderTest {
    private static final String ROUTE = """
            - route:
                id: orders
                from:
                  uri: spring-rabbitmq:default
                  parameters:
                    queues: orders
                    arg.queue.x-queue-type: quorum
                  steps:
                    - log: "${body}"
            """;

    private static final String KAMELET = """
            apiVersion: camel.apache.org/v1
            kind: Kamelet
            metadata:
              name: orders
            spec:
              definition:
                title: orders
              template:
                from:
                  uri: spring-rabbitmq:default
                  parameters:
                    queues: orders
                    arg.queue.x-queue-type: quorum
                  steps:
                    - log: "${body}"
            """;

    @ParameterizedTest
    @ValueSource(strings = {"orders.camel.yaml", "orders.kamelet.yaml"})
    void argumentsStayAsTheyAreWritten(String name) throws Exception {
        String text = name.contains("kamelet") ? KAMELET : ROUTE;
        Path file = Path.of(name);
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.addComponent("spring-rabbitmq", new WorkQueueComponent());
            camel.setAutoStartup(false);
            camel.addRoutes(new PieceLoader(camel).load(text, PieceReader.read(file, text)));
            if (name.contains("kamelet")) {
                camel.addRouteFromTemplate("one", "orders", Map.of());
            }
            camel.init();
            camel.build();

            List<Map<String, Object>> arguments = camel.getEndpoints().stream()
                    .filter(WorkQueueEndpoint.class::isInstance)
                    .map(endpoint -> ((WorkQueueEndpoint) endpoint).getArgs())
                    .toList();
            assertEquals(List.of(Map.of("queue.x-queue-type", "quorum")), arguments);
        }
    }
}
