package org.kuteng.routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.apache.camel.BeanInject;
import org.apache.camel.CamelContext;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.kuteng.rabbitmq.WorkQueueEndpoint;

/** What the placeholders of the shipped routes do to their endpoints; nothing is started, so no broker is needed. */
@CamelMainTest(
        configurationClasses = WorkQueues.class,
        propertyPlaceholderLocations = "classpath:application.properties",
        properties = {
            "camel.main.autoStartup=false",
            "camel.component.spring-rabbitmq.lazyStartProducer=true",
            "camel.main.routesIncludePattern=file:routes/producer.camel.yaml,file:routes/consumer-*.camel.yaml",
            "consumer-2.concurrentConsumers=10",
            "consumer-2.prefetchCount=250"
        })
class RouteEndpointsTest {
    @BeanInject
    CamelContext context;

    @Test
    void theProducerSendsToTheDefaultExchangeWithTheQueueAsRoutingKey() {
        List<WorkQueueEndpoint> sending = context.getEndpoints().stream()
                .filter(WorkQueueEndpoint.class::isInstance)
                .map(WorkQueueEndpoint.class::cast)
                .filter(endpoint -> endpoint.getQueues() == null)
                .toList();

        assertEquals(1, sending.size());
        assertEquals("default", sending.get(0).getExchangeName());
        assertEquals("kuteng", sending.get(0).getRoutingKey());
    }

    @Test
    void theConsumersTakeFromTheQueueWithTheirOwnPrefetchAndConcurrency() {
        assertConsumes("consumer-1", 1, 1);
        assertConsumes("consumer-2", 10, 250);
    }

    private void assertConsumes(String route, int concurrentConsumers, int prefetchCount) {
        WorkQueueEndpoint endpoint = assertInstanceOf(
                WorkQueueEndpoint.class, context.getRoute(route).getEndpoint());
        assertEquals("kuteng", endpoint.getQueues());
        assertEquals(concurrentConsumers, endpoint.getConcurrentConsumers());
        assertEquals(prefetchCount, endpoint.getPrefetchCount());
    }
}
