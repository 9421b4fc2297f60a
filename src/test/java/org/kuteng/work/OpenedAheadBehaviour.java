package org.kuteng.work;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kuteng.failure.RetrySettings;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** Connections that are opened before Camel starts the routes. */
@Timeout(60)
abstract class OpenedAheadBehaviour {
    static final String QUEUE = "opened-ahead-";
    static final String ROUTE = "ahead-";
    static final int ROUTES = 8;
    private static final int MESSAGES = 5;

    @AfterEach
    void deleteQueues(TestBroker broker) {
        IntStream.range(0, ROUTES)
                .forEach(i -> RunningWorker.allQueues(QUEUE + i).forEach(broker::deleteQueue));
    }

    @Test
    void theFirstRouteFindsTheQueueOfTheLastOneAndEachMessageIsWorkedOnOnce(TestBroker broker) throws Exception {
        Queue<String> done = new ConcurrentLinkedQueue<String>();
        AtomicBoolean foundByFirst = new AtomicBoolean();
        try (PlainClient client = broker.client()) {
            RouteBuilder routes = new RouteBuilder() {
                @Override
                public void configure() {
                    for (int i = 0; i < ROUTES; i++) {
                        worker(this, i)
                                .process(exchange -> done.add(exchange.getIn().getBody(String.class)));
                    }
                    getContext().getManagementStrategy().addEventNotifier(new EventNotifierSupport() {
                        @Override
                        public void notify(CamelEvent event) {
                            if (event instanceof CamelEvent.RouteStartedEvent route
                                    && route.getRoute().getRouteId().equals(id(0))) {
                                await().until(() -> client.exists(QUEUE + (ROUTES - 1)));
                                foundByFirst.set(true);
                            }
                        }

                        @Override
                        public boolean isEnabled(CamelEvent event) {
                            return event instanceof CamelEvent.RouteStartedEvent;
                        }
                    });
                }
            };
            try (RunningWorker running = start(broker, routes)) {
                for (int i = 0; i < ROUTES; i++) {
                    assertEquals(1, client.consumers(QUEUE + i));
                    client.publish(QUEUE + i, QUEUE + i + " ", MESSAGES);
                }
                await().until(() -> done.size() >= ROUTES * MESSAGES);
            }
            assertTrue(foundByFirst.get());
            assertEquals(ROUTES * MESSAGES, done.size());
            assertEquals(ROUTES * MESSAGES, done.stream().distinct().count());
        }
    }

    @Test
    void ofARouteThatDoesNotStartNothingIsDeclared(TestBroker broker) throws Exception {
        RouteBuilder routes = new RouteBuilder() {
            @Override
            public void configure() {
                for (int i = 0; i < ROUTES; i++) {
                    worker(this, i).log("never");
                }
                getRouteCollection().getRoutes().get(ROUTES - 1).autoStartup(false);
            }
        };
        try (PlainClient client = broker.client();
                RunningWorker running = start(broker, routes)) {
            assertTrue(client.exists(QUEUE + (ROUTES - 2)));
            assertFalse(client.exists(QUEUE + (ROUTES - 1)));
        }
    }

    static RouteDefinition worker(RouteBuilder routes, int number) {
        return routes.from("spring-rabbitmq:default?queues=" + QUEUE + number).routeId(id(number));
    }

    private static String id(int number) {
        return ROUTE + number;
    }

    static RunningWorker start(TestBroker broker, RouteBuilder routes) throws Exception {
        return RunningWorker.start(broker.uri(), RunningWorker.failures(RetrySettings.DEFAULTS), routes);
    }
}
