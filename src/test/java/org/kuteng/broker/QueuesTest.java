package org.kuteng.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueuesTest {

    private static final Map<String, Object> CLASSIC = Map.of("x-queue-type", "classic");
    private static final Map<String, Object> QUORUM = Map.of("x-queue-type", "quorum", "x-delivery-limit", 1_000_000);

    private static QueueDefinition classic(boolean durable) {
        return new QueueDefinition(
                "kuteng", durable, false, false, CLASSIC, Set.of("x-queue-type"), QueueDefinition.Origin.USER);
    }

    @Test
    void aQueueNamesItsTypeAndDoesWithoutWhereOthersDeclaredItSo() {
        assertEquals(classic(true), Queues.work("kuteng", QueueType.DURABLE, Map.of()));
        assertEquals(classic(false), Queues.work("kuteng", QueueType.TRANSIENT, Map.of()));
    }

    @Test
    void aQuorumQueueNeverDropsAMessageForHavingBeenReturnedOften() {
        QueueDefinition queue = Queues.work("kuteng", QueueType.QUORUM, Map.of());

        assertTrue(queue.durable());
        assertEquals(QUORUM, queue.arguments());
        assertEquals(
                QUORUM,
                Queues.work("kuteng", QueueType.DURABLE, Map.of("x-queue-type", "quorum"))
                        .arguments());
    }

    @Test
    void whatARouteSaysWins() {
        assertEquals(
                new QueueDefinition("kuteng", false, true, true, Map.of("x-queue-type", "classic", "x-max-length", 10)),
                Queues.work(
                        "kuteng",
                        QueueType.DURABLE,
                        Map.of(
                                "durable",
                                false,
                                "exclusive",
                                "true",
                                "autoDelete",
                                true,
                                "x-queue-type",
                                "classic",
                                "x-max-length",
                                10)));
        assertEquals(
                Map.of("x-queue-type", "quorum", "x-delivery-limit", 5),
                Queues.work("kuteng", QueueType.QUORUM, Map.of("x-delivery-limit", 5))
                        .arguments());
        assertEquals(
                Map.of("x-queue-type", "stream"),
                Queues.work("kuteng", QueueType.QUORUM, Map.of("x-queue-type", "stream"))
                        .arguments());
    }

    @ParameterizedTest
    @ValueSource(strings = {"durable", "exclusive", "autoDelete"})
    void aQueueThatCannotBeAQuorumQueueIsNone(String flag) {
        Map<String, Object> arguments = Map.of(flag, !flag.equals("durable"));

        assertEquals(CLASSIC, Queues.work("kuteng", QueueType.QUORUM, arguments).arguments());
    }

    @Test
    void aFlagThatIsNeitherTrueNorFalseIsRefused() {
        assertEquals(
                "arg.queue.durable is 'yes', which is neither true nor false",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Queues.work("kuteng", QueueType.DURABLE, Map.of("durable", "yes")))
                        .getMessage());
    }

    @ParameterizedTest
    @EnumSource(QueueType.class)
    void deadLettersSurviveTheBroker(QueueType type) {
        QueueDefinition queue = Queues.dead("kuteng", type);

        assertEquals("kuteng.dead", queue.name());
        assertTrue(queue.durable());
        assertEquals(type == QueueType.QUORUM ? QUORUM : CLASSIC, queue.arguments());
        assertEquals(QueueDefinition.Origin.KUTENG, queue.origin());
    }

    @Test
    void theNameOfADeadLetterQueueLeadsBackToItsWorkQueue() {
        assertTrue(Queues.isDeadName("kuteng.dead"));
        assertFalse(Queues.isDeadName("kuteng.deadline"));
        assertEquals("kuteng", Queues.workName("kuteng.dead"));
        assertEquals("kuteng", Queues.workName("kuteng"));
    }

    @Test
    void aRetryGoesBackToItsWorkQueueByItselfAndIsNeverLostOnTheWay() {
        assertEquals(
                Map.of(
                        "x-queue-type", "quorum",
                        "x-delivery-limit", 1_000_000,
                        "x-message-ttl", 10_000L,
                        "x-dead-letter-exchange", "",
                        "x-dead-letter-routing-key", "kuteng",
                        "x-dead-letter-strategy", "at-least-once",
                        "x-overflow", "reject-publish"),
                Queues.retry("kuteng", Duration.ofSeconds(10)).arguments());
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.25S, kuteng.retry.250ms",
        "PT1.5S, kuteng.retry.1500ms",
        "PT10S, kuteng.retry.10s",
        "PT90S, kuteng.retry.90s",
        "PT10M, kuteng.retry.10m",
        "PT90M, kuteng.retry.90m",
        "PT2H, kuteng.retry.2h",
        "PT24H, kuteng.retry.24h"
    })
    void aRetryQueueIsNamedForItsDelay(Duration delay, String name) {
        assertEquals(name, Queues.retryName("kuteng", delay));
    }
}
