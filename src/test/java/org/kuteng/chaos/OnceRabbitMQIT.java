package org.kuteng.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestDatabase;
import org.kuteng.testing.TestDatabases;

/** The short form of {@code bench/chaos once}. */
@OnRabbitMQ(killable = true)
class OnceRabbitMQIT {
    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @Test
    void onPostgreSQLEveryMessageHasOneEffectWhateverIsKilled(TestBroker broker) {
        try (TestDatabase database = TestDatabases.postgreSQL()) {
            OnceReport report = run(new OncePlan("jdbc", 1_200, 4, 2, 1, 1), broker, database);
            assertEquals(0, report.missing());
            assertEquals(0, report.doubled());
            assertEquals(0, report.buried());
        }
    }

    @Test
    void onH2EveryMessageHasOneEffectThoughTheWorkerThatHasTheFileOpenIsKilled(TestBroker broker) {
        try (TestDatabase database = TestDatabases.h2()) {
            OnceReport report = run(new OncePlan("jdbc", 300, 2, 2, 0, 0), broker, database);
            assertEquals(0, report.missing());
            assertEquals(0, report.doubled());
            assertEquals(0, report.buried());
        }
    }

    @Test
    void withTheSwitchOffTheSameCheckFindsDoubles(TestBroker broker) {
        try (TestDatabase database = TestDatabases.h2()) {
            OnceReport report = run(new OncePlan("off", 100, 1, 0, 0, 0), broker, database);
            assertEquals(0, report.missing());
            assertTrue(report.doubled() > 0, report::table);
        }
    }

    private OnceReport run(OncePlan plan, TestBroker broker, TestDatabase database) {
        OnceReport report = new OnceRun(plan, kuteng, broker, database, System.out::println).run();
        System.out.println(report.table());
        return report;
    }
}
