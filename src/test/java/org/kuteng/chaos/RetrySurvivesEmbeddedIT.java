package org.kuteng.chaos;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.TestBroker;

@OnEmbeddedBroker(onDisk = true)
class RetrySurvivesEmbeddedIT {
    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @Test
    void aRetryComesBackThoughTheStoredBrokerIsRestartedMeanwhile(TestBroker broker) {
        RetrySurvivesRabbitMQIT.comesBack(new Site(kuteng, broker, "retry-survives"), broker::restart);
    }
}
