package org.kuteng.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.TestBroker;

/** The short form of {@code bench/chaos full}. */
abstract class FullQueueBehaviour {
    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @ParameterizedTest
    @MethodSource("plans")
    void whatAFullQueueRefusesIsNeitherLostNorStuck(FullQueuePlan plan, TestBroker broker) {
        assumeTrue(broker.canLimit(), broker.kind() + " cannot limit a queue");
        FullQueueReport report = new FullQueueRun(plan, kuteng, broker, line -> {}).run();
        System.out.print(FullQueueReport.HEAD + report.row());

        assertTrue(report.timesFull() > 0, "the queue was never full");
        assertEquals(List.of(), report.lost(), () -> "lost; " + report.ledger());
        assertEquals(List.of(), report.stuck(), () -> "stuck; " + report.ledger());
    }

    @Test
    void withoutConfirmationsTheSameCheckFindsLosses(TestBroker broker) {
        assumeTrue(broker.canLimit(), broker.kind() + " cannot limit a queue");
        FullQueueReport report = new FullQueueRun(FullQueuePlan.smallUnsafe(), kuteng, broker, line -> {}).run();
        System.out.print(FullQueueReport.HEAD + report.row());

        assertFalse(report.lost().isEmpty());
    }
}
