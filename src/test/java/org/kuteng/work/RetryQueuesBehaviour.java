package org.kuteng.work;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kuteng.broker.Queues;
import org.kuteng.failure.RetrySettings;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** The queues for retries are declared when the first work has failed, and not before. */
abstract class RetryQueuesBehaviour {
    static final String QUEUE = "retried";
    static final Duration DELAY = Duration.ofMillis(100);
    private static final Duration LATER_DELAY = Duration.ofHours(1);
    static final String RETRY = Queues.retryName(QUEUE, DELAY);
    private static final String LATER = Queues.retryName(QUEUE, LATER_DELAY);

    final Queue<String> done = new ConcurrentLinkedQueue<>();

    @AfterEach
    void deleteQueues(TestBroker broker) {
        RunningWorker.allQueues(QUEUE, "100ms", "1h").forEach(broker::deleteQueue);
    }

    static FailureHandler failures() {
        return RunningWorker.failures(
                new RetrySettings(List.of(DELAY, LATER_DELAY), List.of(), RetrySettings.DEFAULT_CRASHES));
    }

    @Test
    void theyAreThereAfterTheFirstFailureAndNotBefore(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client();
                RunningWorker worker = RunningWorker.start(broker, failures(), QUEUE, 10, failsOnce())) {
            client.publish(QUEUE, "sound ", 1);
            await().until(() -> done.contains("sound 0"));
            assertFalse(client.exists(RETRY), "nothing has failed");
            assertTrue(client.exists(Queues.deadName(QUEUE)), "the broker may move messages to it");
            assertTrue(client.exists(Queues.redeliveredName(QUEUE)), "the worker consumes from it");

            client.publish(QUEUE, "fails once ", 1);

            await().until(() -> done.contains("fails once 0"));
            assertTrue(client.exists(RETRY));
            assertTrue(client.exists(LATER), "a further failure is not to wait");
            assertEquals(0, client.messages(Queues.deadName(QUEUE)));
        }
    }

    @Test
    void aWorkerGoesOnWhileTheFirstFailureWaitsForItsQueue(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client();
                RunningWorker worker = RunningWorker.start(broker, failures(), QUEUE, 10, failsOnce())) {
            client.publish(QUEUE, "fails once ", 5);
            client.publish(QUEUE, "sound ", 1);

            await().until(() -> done.size() == 6);

            assertEquals("sound 0", done.peek());
        }
    }

    @Test
    void oneThatWasDeletedWhileTheWorkerRunsIsDeclaredAgain(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client();
                RunningWorker worker = RunningWorker.start(broker, failures(), QUEUE, 10, failsOnce())) {
            client.publish(QUEUE, "fails once ", 1);
            await().until(() -> done.contains("fails once 0"));
            client.delete(RETRY);

            client.publish(QUEUE, "fails once more ", 1);

            await().until(() -> done.contains("fails once more 0"));
        }
    }

    /** Notes what is done; what begins with "fails" fails at its first attempt. */
    Processor failsOnce() {
        Set<String> failed = ConcurrentHashMap.newKeySet();
        return (Exchange exchange) -> {
            String body = exchange.getMessage().getBody(String.class);
            if (body.startsWith("fails") && failed.add(body)) {
                throw new IllegalStateException(body);
            }
            done.add(body);
        };
    }
}
