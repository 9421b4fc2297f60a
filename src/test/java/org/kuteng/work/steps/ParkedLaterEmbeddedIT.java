package org.kuteng.work.steps;

import static org.awaitility.Awaitility.await;

import java.util.List;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kuteng.broker.Queues;
import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** A batch whose messages were delivered before and come one at a time, each when the one before it is parked. */
@OnEmbeddedBroker
class ParkedLaterEmbeddedIT {
    private static final String QUEUE = "parked-later";
    private static final int BATCH = 3;

    private RunningRoutes routes;

    @AfterEach
    void deleteQueues(TestBroker broker) {
        routes.close();
        List.of(
                        Queues.retryName(QUEUE, RunningRoutes.RETRY_DELAY),
                        Queues.deadName(QUEUE),
                        Queues.redeliveredName(QUEUE),
                        QUEUE)
                .forEach(broker::deleteQueue);
    }

    /** Behind {@code seda:} a message is parked after the worker's thread has gone on. */
    @ParameterizedTest
    @ValueSource(strings = {"direct:batches", "seda:batches"})
    void whatWasDeliveredBeforeFillsABatch(String batches, TestBroker broker) throws Exception {
        routes = new RunningRoutes(broker, 2);
        try (PlainClient client = broker.client()) {
            routes.start(new RouteBuilder() {
                @Override
                public void configure() {
                    from("spring-rabbitmq:default?queues=" + QUEUE)
                            .routeId("worker")
                            .to(batches);
                    from(batches)
                            .routeId("batches")
                            .aggregate(constant(true), new GroupedBodyAggregationStrategy())
                            .completionSize(BATCH)
                            .process(exchange -> routes.done.add("batch"));
                }
            });

            client.publish(Queues.redeliveredName(QUEUE), "message ", BATCH);

            await().until(() -> routes.done.contains("batch"));
        }
    }
}
