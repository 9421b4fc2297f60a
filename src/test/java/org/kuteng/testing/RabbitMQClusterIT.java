package org.kuteng.testing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The fixture itself, wherever RabbitMQ is installed. */
@Tag(OnRabbitMQ.TAG)
@Tag(OnRabbitMQ.ANY_VERSION)
class RabbitMQClusterIT {
    private static final String QUEUE = "of-the-cluster-test";
    private static final Duration ELECTION = Duration.ofSeconds(60);

    @Test
    void aQuorumQueueSurvivesTheKillOfItsLeaderAndThenTheFreezeOfTheNextOne() {
        try (RabbitMQCluster cluster = TestBrokers.cluster()) {
            try (PlainClient client = cluster.client()) {
                client.declare(QUEUE, true, Map.of("x-queue-type", "quorum"));
                client.publish(QUEUE, "message ", 3);
            }
            cluster.writeDeclarations();

            RabbitMQNode first = cluster.leader(QUEUE);
            first.kill();
            assertFalse(PlainClient.isAnswering(first.uri()));
            RabbitMQNode second = anotherLeader(cluster, first);
            assertTakes(second, "message 0");
            first.start();
            cluster.awaitMembers();

            // a plain client waits for the frozen node, too
            assumeTrue(second.isSince(4, 0), "RabbitMQ before 4.0 waits for a leader that is frozen");
            second.freeze();
            assertFalse(PlainClient.isAnswering(second.uri()));
            RabbitMQNode third = anotherLeader(cluster, second);
            assertTakes(third, "message 1");
            second.thaw();
            await().atMost(ELECTION).until(() -> PlainClient.isAnswering(second.uri()));
            assertTrue(cluster.uri().contains(second.uri()));
        }
    }

    private static RabbitMQNode anotherLeader(RabbitMQCluster cluster, RabbitMQNode than) {
        return await().atMost(ELECTION).ignoreExceptions().until(() -> cluster.leader(QUEUE), node -> node != than);
    }

    /** RabbitMQ 3 may answer 541 at first, while it believes that the frozen node is there. */
    private static void assertTakes(RabbitMQNode node, String text) {
        String taken = await().atMost(ELECTION)
                .ignoreExceptions()
                .until(
                        () -> {
                            try (PlainClient client = node.client()) {
                                return client.getText(QUEUE).orElseThrow();
                            }
                        },
                        any -> true);
        assertEquals(text, taken);
    }
}
