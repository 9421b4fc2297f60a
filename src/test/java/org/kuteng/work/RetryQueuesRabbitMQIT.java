package org.kuteng.work;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kuteng.broker.Queues;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.RabbitMQNode;
import org.kuteng.testing.TestBroker;

@OnRabbitMQ(killable = true)
class RetryQueuesRabbitMQIT extends RetryQueuesBehaviour {
    private static final int MESSAGES = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void nothingIsLostWhenTheBrokerIsKilledRightAfterTheFirstFailure(TestBroker broker) throws Exception {
        assumeTrue(broker.canBeKilled(), broker.kind() + " cannot be killed");
        // acknowledgements that a classic queue got last are forgotten by the kill, and hide what is lost
        try (PlainClient client = broker.client()) {
            client.declare(QUEUE, true, Map.of("x-queue-type", "quorum", "x-delivery-limit", 1_000_000));
            client.publish(QUEUE, "fails once ", MESSAGES);
        }
        String options = "&arg.queue.x-queue-type=quorum";
        try (RunningWorker worker = RunningWorker.start(broker, failures(), QUEUE + options, MESSAGES, failsOnce())) {
            try (PlainClient client = broker.client()) {
                broker.writeDeclarations();
                await().pollInterval(Duration.ofMillis(10)).until(() -> client.exists(RETRY));
                // long enough that all are confirmed, if they are sent, and too short for RabbitMQ to keep the queue
                await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            }
            broker.kill();
            broker.start();

            await().atMost(PATIENCE).until(() -> done.stream().distinct().count() == MESSAGES);
        }
        try (PlainClient client = broker.client()) {
            await().until(() -> client.messages(QUEUE) == 0);
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
