package org.kuteng.chaos;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.TestBroker;

/** The short form of {@code bench/chaos rolling}, without its limit of time. */
abstract class RollingStopBehaviour {
    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @Test
    void workersThatAreStoppedOneAfterAnotherLoseNothingAndDoNothingTwice(TestBroker broker) {
        RollingStop rolling = new RollingStop(5, kuteng, broker, line -> {}).run();

        assertTrue(rolling.wasUnderLoad());
        rolling.ledger().assertNothingLost();
        rolling.ledger().assertRepetitionsAtMost(0);
    }
}
