package org.kuteng.chaos;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.TestBroker;

/** The short form of {@code bench/chaos}. */
@OnRabbitMQ(killable = true)
class ChaosRabbitMQIT {
    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @Test
    void whateverIsKilledEachConfirmedMessageIsDoneOrBuried(TestBroker broker) {
        ChaosReport report = run(ChaosPlan.small(true), broker);

        report.ledger().assertNothingLost();
        report.ledger().assertRepetitionsAtMost(report.repetitionsAllowed());
        assertTrue(report.ledger().buriedCount() > 0, "what always fails is buried");
    }

    @Test
    void withoutProtectionTheSameCheckFindsLosses(TestBroker broker) {
        ChaosReport report = run(ChaosPlan.smallUnsafe(), broker);

        assertFalse(report.ledger().lost().isEmpty());
    }

    private ChaosReport run(ChaosPlan plan, TestBroker broker) {
        ChaosReport report = new ChaosRun(plan, kuteng, broker, System.out::println).run();
        System.out.println(report.table());
        return report;
    }
}
