package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.kuteng.testing.ConsumerInfo;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

@OnRabbitMQ
class WorkerRabbitMQIT extends WorkerBehaviour {
    @Test
    void theBrokerShowsWhoIsWho(TestBroker broker) throws Exception {
        assumeTrue(broker.canBeInspected(), broker.kind() + " cannot be inspected");
        try (CamelOnBroker camel = CamelOnBroker.at(broker.uri())
                .worker("consumer-1", QUEUE, "&prefetchCount=7&concurrentConsumers=2", text -> {})
                .worker("consumer-2", QUEUE, "&prefetchCount=1", text -> {})
                .producer("producer", QUEUE)) {
            List<ConsumerInfo> consumers = broker.consumers(QUEUE);
            assertEquals(3, consumers.size());
            assertTrue(
                    consumers.containsAll(List.of(
                            new ConsumerInfo("consumer-1#1", 7),
                            new ConsumerInfo("consumer-1#2", 7),
                            new ConsumerInfo("consumer-2#1", 1))),
                    consumers.toString());
            List<String> names = broker.connectionNames();
            assertTrue(
                    names.containsAll(List.of("kuteng consumer-1", "kuteng consumer-2", "kuteng producer")),
                    names.toString());
        }
    }

    /** Qpid does not tell a consumer that its queue is gone. */
    @Test
    void aQueueThatWasDeletedIsDeclaredAgainAndWorkGoesOn(TestBroker broker) throws Exception {
        ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
        try (PlainClient client = broker.client();
                CamelOnBroker camel = CamelOnBroker.at(broker.uri())
                        .worker("stubborn", QUEUE, "&concurrentConsumers=3", received::add)) {
            client.delete(QUEUE);
            await().ignoreExceptions().until(() -> {
                try (PlainClient other = broker.client()) {
                    return other.consumers(QUEUE) == 3;
                }
            });
            client.publish(QUEUE, "message ", 10);
            await().until(() -> received.size() == 10);
        }
    }
}
