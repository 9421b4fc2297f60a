package org.kuteng.work;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kuteng.broker.QueueDefinition;
import org.kuteng.broker.QueueType;
import org.kuteng.failure.RetrySettings;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** A message that was sent ahead to workers which were stopped before they came to it. */
abstract class HandedBackBehaviour {
    private static final String QUEUE = "handed-back";
    private static final int STOPS = 12;
    private static final int MOST_STARTS = 60;

    /** The fewest that can be set. */
    private static final int CRASHES = 2;

    private final Queue<String> done = new ConcurrentLinkedQueue<>();
    private final AtomicInteger handedBack = new AtomicInteger();

    @AfterEach
    void deleteQueues(TestBroker broker) {
        RunningWorker.allQueues(QUEUE, "1s").forEach(broker::deleteQueue);
    }

    @Test
    void itIsDoneOnceHoweverOftenItWasHandedBack(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client()) {
            client.declareDurable(QUEUE);
            client.publish(QUEUE, "blocker ", 1);
            client.publish(QUEUE, "patient ", 1);
            int stops = 0;
            while (handedBack.get() < STOPS) {
                assertTrue(stops < MOST_STARTS, "not sent ahead often enough");
                stopWithABlockerInHand(broker);
                stops++;
                if (handedBack.get() < STOPS) {
                    client.publish(QUEUE, "blocker ", 1);
                }
            }
            assertEquals(stops, done.size(), "only the blockers are done");

            try (RunningWorker last = start(broker, exchange -> note(exchange.getMessage()))) {
                await().until(() -> done.contains("patient 0"));
            }
            assertEquals(stops + 1, done.size());
            assertEquals(0, client.messages(QUEUE + ".dead"));
        }
    }

    private void stopWithABlockerInHand(TestBroker broker) throws Exception {
        CountDownLatch inHand = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Processor work = exchange -> {
            if (exchange.getMessage().getBody(String.class).startsWith("blocker")) {
                inHand.countDown();
                release.await();
            } else if (inHand.getCount() > 0) {
                throw new IllegalStateException("the patient came before the blocker: it is to come once more");
            }
            note(exchange.getMessage());
        };
        try (RunningWorker worker = start(broker, work)) {
            inHand.await();
            await().until(() -> worker.sentAhead() > 0);
            worker.stopTaking();
            release.countDown();
        } finally {
            release.countDown();
        }
    }

    private RunningWorker start(TestBroker broker, Processor work) throws Exception {
        RetrySettings settings = new RetrySettings(
                java.util.Collections.nCopies(MOST_STARTS, java.time.Duration.ofSeconds(1)), List.of(), CRASHES);
        return RunningWorker.start(broker, new Counting(RunningWorker.failures(settings)), QUEUE, 10, work);
    }

    private void note(org.apache.camel.Message message) {
        done.add(message.getBody(String.class));
    }

    /** Counts how often the patient is handed back. */
    private final class Counting implements FailureHandler {
        private final FailureHandler real;

        Counting(FailureHandler real) {
            this.real = real;
        }

        @Override
        public Move handBack(Delivery delivery) {
            if (new String(delivery.body(), StandardCharsets.UTF_8).startsWith("patient")) {
                handedBack.incrementAndGet();
            }
            return real.handBack(delivery);
        }

        @Override
        public List<QueueDefinition> queues(String workQueue, QueueType type) {
            return real.queues(workQueue, type);
        }

        @Override
        public List<QueueDefinition> queuesOnDemand(String workQueue) {
            return real.queuesOnDemand(workQueue);
        }

        @Override
        public Move afterFailure(FailedWork work) {
            return real.afterFailure(work);
        }

        @Override
        public Move beforeWork(Delivery delivery, Route route) {
            return real.beforeWork(delivery, route);
        }
    }
}
