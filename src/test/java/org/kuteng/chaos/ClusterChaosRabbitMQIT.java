package org.kuteng.chaos;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.RabbitMQCluster;
import org.kuteng.testing.TestBrokers;

/** The short form of {@code bench/chaos cluster}. */
@Tag(OnRabbitMQ.TAG)
@Tag(OnRabbitMQ.ANY_VERSION)
class ClusterChaosRabbitMQIT {
    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @Test
    void whicheverNodeIsKilledFrozenOrRestartedEachConfirmedMessageIsDoneOrBuried() {
        try (RabbitMQCluster cluster = TestBrokers.cluster()) {
            // 3.10 confirmed nothing for a minute while the leader was frozen, on new connections to other nodes either
            assumeTrue(cluster.running().isSince(4, 0), "RabbitMQ before 4.0 waits for a leader that is frozen");
            ChaosReport report = new ChaosRun(ChaosPlan.smallCluster(), kuteng, cluster, System.out::println).run();
            System.out.println(report.table());

            report.ledger().assertNothingLost();
            report.ledger().assertRepetitionsAtMost(report.repetitionsAllowed());
            assertTrue(report.ledger().buriedCount() > 0, "what always fails is buried");
        }
    }
}
