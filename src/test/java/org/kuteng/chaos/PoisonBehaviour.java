package org.kuteng.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.kuteng.testing.DeliveryLedger;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** A message that ends whichever worker takes it. */
abstract class PoisonBehaviour {
    private static final int CRASHES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @Test
    void itIsBuriedAfterSoManyCrashesAndItsNeighboursAreDone(TestBroker broker) {
        Site site = new Site(kuteng, broker, "poison")
                .route("poisoned")
                .set("prefetch", 10)
                .set("kuteng.retry.crashes", CRASHES);
        try (PlainClient client = broker.client()) {
            client.declareDurable(site.queue());
            client.publish(site.queue(), "before ", 3);
            client.publishUnconfirmed(
                    site.queue(), "poison", com.rabbitmq.client.MessageProperties.PERSISTENT_TEXT_PLAIN);
            client.publish(site.queue(), "after ", 12);

            int killed = killUntilItIsBuried(site, client);
            await().atMost(PATIENCE).until(() -> site.ledger().doneCount() == 15);

            // at the first crash it cannot be told apart from its neighbours yet
            assertEquals(CRASHES + 1, killed);
            GetResponse letter = client.get(site.queue() + ".dead").orElseThrow();
            assertEquals("poison", new String(letter.getBody(), StandardCharsets.UTF_8));
            assertEquals(CRASHES, letter.getProps().getHeaders().get("kuteng-crashes"));
            assertEquals(0, client.messages(site.queue() + ".dead"), "only it is buried");
            DeliveryLedger books = site.ledger();
            assertTrue(books.doubled().size() <= killed, () -> "done again: " + books.doubled());
        }
    }

    private static int killUntilItIsBuried(Site site, PlainClient client) {
        for (int killed = 0; ; killed++) {
            KutengProcess worker = site.start("poisoned", "worker" + killed);
            worker.awaitLine("Waiting for messages");
            await().atMost(PATIENCE)
                    .until(() -> client.messages(site.queue() + ".dead") > 0
                            || !worker.lines("poison in hand").isEmpty());
            if (client.messages(site.queue() + ".dead") > 0) {
                return killed;
            }
            assertTrue(killed <= CRASHES, () -> "not buried after so many kills: " + worker);
            worker.sigkill();
            worker.awaitExit();
        }
    }
}
