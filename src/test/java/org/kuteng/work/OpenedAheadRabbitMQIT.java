package org.kuteng.work;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.kuteng.broker.BrokerException;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

@OnRabbitMQ
class OpenedAheadRabbitMQIT extends OpenedAheadBehaviour {
    @Test
    void aRouteThatTheBrokerRefusesEndsTheStartAndLeavesNoConsumer(TestBroker broker) throws Exception {
        int refused = 3;
        try (PlainClient client = broker.client()) {
            client.declare(QUEUE + refused, false, Map.of());
            RouteBuilder routes = new RouteBuilder() {
                @Override
                public void configure() {
                    for (int i = 0; i < ROUTES; i++) {
                        worker(this, i).log("never");
                    }
                }
            };

            Exception failure = assertThrows(Exception.class, () -> start(broker, routes));

            assertTrue(causes(failure).stream().anyMatch(BrokerException.class::isInstance), failure::toString);
            assertTrue(causes(failure).toString().contains(QUEUE + refused), failure::toString);
            for (int i = 0; i < ROUTES; i++) {
                String queue = QUEUE + i;
                await().until(() -> !client.exists(queue) || client.consumers(queue) == 0);
            }
            await().until(() -> broker.connectionNames().stream().noneMatch(name -> name.contains(ROUTE)));
        }
    }

    private static List<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .toList();
    }
}
