package org.kuteng.work;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kuteng.broker.Queues;
import org.kuteng.failure.RetrySettings;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.RabbitMQNode;
import org.kuteng.testing.TestBroker;

@OnRabbitMQ(killable = true)
class RetryQueuesRabbitMQIT extends RetryQueuesBehaviour {
    private static final int MESSAGES = 50;

    /** Longer than it takes to kill the broker. */
    private static final RetrySettings SLOWLY =
            new RetrySettings(List.of(Duration.ofSeconds(3)), List.of(), RetrySettings.DEFAULT_CRASHES);

    private static final String SLOW_RETRY = Queues.retryName(QUEUE, Duration.ofSeconds(3));

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void nothingIsLostWhenTheBrokerIsKilledRightAfterTheFirstFailure(TestBroker broker) throws Exception {
        assumeTrue(broker.canBeKilled(), broker.kind() + " cannot be killed");
        // acknowledgements that a classic queue got last are forgotten by the kill, and hide what is lost
        try (PlainClient client = broker.client()) {
            client.declare(QUEUE, true, Map.of("x-queue-type", "quorum", "x-delivery-limit", 1_000_000));
        }
        String options = "&arg.queue.x-queue-type=quorum";
        try (RunningWorker worker =
                RunningWorker.start(broker, RunningWorker.failures(SLOWLY), QUEUE + options, MESSAGES, failsOnce())) {
            try (PlainClient client = broker.client()) {
                // those of the start only
                broker.writeDeclarations();
                client.publish(QUEUE, "fails once ", MESSAGES);
                await().pollInterval(Duration.ofMillis(10)).until(() -> client.exists(SLOW_RETRY));
                // long enough that all are confirmed, if they are sent, and too short for RabbitMQ to keep the queue
                await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            }
            broker.kill();
            broker.start();

            await().atMost(PATIENCE).until(() -> done.stream().distinct().count() == MESSAGES);
        }
        try (PlainClient client = broker.client()) {
            await().until(() -> client.messages(QUEUE) == 0);
            client.delete(SLOW_RETRY);
            assertEquals(0, client.messages(Queues.deadName(QUEUE)));
        }
    }

    @Test
    void whatFailedStaysInHandWhileTheRightToDeclareIsMissing(TestBroker broker) throws Exception {
        RabbitMQNode node = broker instanceof RabbitMQNode own ? own : null;
        assumeTrue(node != null, "no node whose permissions can be changed");
        try (PlainClient client = broker.client();
                RunningWorker worker = RunningWorker.start(broker, failures(), QUEUE, 10, failsOnce())) {
            node.ctl("-q", "set_permissions", "-p", "kuteng", "kuteng", "^(?!.*retry).*$", ".*", ".*");
            try {
                client.publish(QUEUE, "fails once ", 1);
                client.publish(QUEUE, "sound ", 1);
                await().until(() -> done.contains("sound 0"));
                await().during(Duration.ofSeconds(1))
                        .until(() -> worker.worker("worker").inHand().size() == 1);
                assertFalse(client.exists(RETRY));
            } finally {
                node.ctl("-q", "set_permissions", "-p", "kuteng", "kuteng", ".*", ".*", ".*");
            }

            await().atMost(PATIENCE).until(() -> done.contains("fails once 0"));
        }
    }
}
