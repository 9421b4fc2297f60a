package org.kuteng.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** What waits for its next attempt outlives both who failed and where it waits. */
@OnRabbitMQ(killable = true)
class RetrySurvivesRabbitMQIT {
    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @Test
    void aRetryComesBackThoughWorkerAndRabbitMQAreKilledMeanwhile(TestBroker broker) {
        comesBack(new Site(kuteng, broker, "retry-survives-kill"), () -> {
            broker.kill();
            broker.start();
        });
    }

    @Test
    void aRetryComesBackThoughRabbitMQIsRestartedMeanwhile(TestBroker broker) {
        comesBack(new Site(kuteng, broker, "retry-survives-restart"), broker::restart);
    }

    /** The worker is killed and the broker ended while the messages wait. */
    static void comesBack(Site site, Runnable endAndStart) {
        TestBroker broker = site.broker();
        site.route("worker")
                .set("prefetch", 10)
                .set("work.millis", 0)
                .set("fails.always", "none")
                .set("fails.once", "0")
                .set("kuteng.retry.delays", "5s");
        KutengProcess first = site.start("worker", "first");
        first.awaitLine("Waiting for messages");
        broker.writeDeclarations();
        try (PlainClient client = broker.client()) {
            // of these, number 0 and number 10 fail once
            client.publish(site.queue(), "number ", 12);
        }
        await().until(() ->
                first.lines("next attempt in 5s").size() == 2 && site.ledger().doneCount() == 10);

        first.sigkill();
        first.awaitExit();
        endAndStart.run();
        site.start("worker", "second");

        await().atMost(Duration.ofSeconds(60)).until(() -> site.ledger().doneCount() == 12);
        // some may have been done twice: killed, RabbitMQ forgets acknowledgements of its last moments
        assertEquals(0, broker.readyMessages(site.queue() + ".dead"));
    }
}
