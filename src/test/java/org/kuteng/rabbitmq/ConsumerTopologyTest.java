package org.kuteng.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kuteng.broker.QueueDefinition;
import org.kuteng.broker.Topology;
import org.kuteng.failure.FailureHandling;
import org.kuteng.failure.RetrySettings;
import org.kuteng.publish.FakeBroker;

class ConsumerTopologyTest {
    private final DefaultCamelContext context = new DefaultCamelContext();

    @BeforeEach
    void bind() {
        RetrySettings retries = new RetrySettings(
                List.of(Duration.ofSeconds(1), Duration.ofSeconds(10)), List.of(), RetrySettings.DEFAULT_CRASHES);
        context.getRegistry().bind("broker", new FakeBroker());
        context.getRegistry().bind("failures", new FailureHandling(retries, Set::of, route -> null));
        context.addComponent("spring-rabbitmq", new WorkQueueComponent());
    }

    @AfterEach
    void close() throws IOException {
        context.close();
    }

    private WorkQueueEndpoint endpoint(String options) {
        return context.getEndpoint("spring-rabbitmq:default?queues=" + options, WorkQueueEndpoint.class);
    }

    private static List<String> names(Topology topology) {
        return topology.queues().stream().map(QueueDefinition::name).toList();
    }

    @Test
    void fromTheStartThereIsWhatWorkersConsumeFromAndWhatTheBrokerMayMoveMessagesTo() {
        assertEquals(
                List.of("q", "q.dead", "q.redelivered"), names(endpoint("q").consumerTopology()));
    }

    @Test
    void retryQueuesAreDeclaredOnDemandEachWithTheWorkQueueThatItLeadsTo() {
        assertEquals(
                List.of(List.of("q", "q.retry.1s", "q.retry.10s"), List.of("r", "r.retry.1s", "r.retry.10s")),
                endpoint("q,r").onDemand().stream()
                        .map(ConsumerTopologyTest::names)
                        .toList());
    }

    @Test
    void aRetryQueueThatIsTheDeadLetterTargetOfAQueueIsThereFromTheStart() {
        WorkQueueEndpoint endpoint = endpoint("q&deadLetterExchange=default&deadLetterRoutingKey=q.retry.10s");

        assertEquals(List.of("q", "q.dead", "q.redelivered", "q.retry.10s"), names(endpoint.consumerTopology()));
    }

    @Test
    void withoutAutoDeclareNothingIsDeclaredOnDemand() {
        assertEquals(List.of(), endpoint("q&autoDeclare=false").onDemand());
    }
}
