package org.kuteng.failure;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.DeliverCallback;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.kuteng.broker.Queues;
import org.kuteng.testing.DeliveryLedger;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OutputLine;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBroker;

/** 10,000 dead letters, and the end of the process that has them in hand. */
abstract class DeadLettersKillBehaviour {
    private static final int COUNT = 10_000;
    private static final String WORK = "of-the-kill-test";
    private static final String DEAD = Queues.deadName(WORK);

    /** Slow enough to be killed in the middle. */
    private static final int BYTES_PER_SECOND = 1_500_000;

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    private final DeliveryLedger ledger = new DeliveryLedger();
    private PlainClient client;

    @BeforeEach
    void bury(TestBroker broker) throws Exception {
        client = broker.client();
        client.declareDurable(WORK);
        client.declareDurable(DEAD);
        client.channel().confirmSelect();
        for (int i = 0; i < COUNT; i++) {
            BasicProperties properties = new BasicProperties.Builder()
                    .deliveryMode(2)
                    .messageId("message-" + i)
                    .headers(Map.of(
                            FailureHeaders.DEAD_ID,
                            "%08x".formatted(i),
                            FailureHeaders.QUEUE,
                            WORK,
                            FailureHeaders.ATTEMPTS,
                            5,
                            FailureHeaders.ROUTE,
                            "worker",
                            FailureHeaders.LAST_FAILURE,
                            "2026-01-31T12:00:00Z",
                            FailureHeaders.EXCEPTION,
                            "java.lang.IllegalStateException",
                            FailureHeaders.MESSAGE,
                            "order " + i + " not found",
                            FailureHeaders.STACK,
                            "  at org.acme.Orders.find(Orders.java:12)\n".repeat(12)))
                    .build();
            client.publishUnconfirmed(DEAD, "order " + i, properties);
            ledger.confirmed("message-" + i);
        }
        client.channel().waitForConfirmsOrDie(30_000);
    }

    @AfterEach
    void deleteQueues() {
        client.delete(WORK);
        client.delete(DEAD);
        client.close();
    }

    private KutengProcess dead(String uri, String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "dead";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[all.length - 2] = "--broker";
        all[all.length - 1] = uri;
        return kuteng.command(all).start();
    }

    private static void report(String what, KutengProcess process) {
        Duration took = process.lines().get(process.lines().size() - 1).after();
        System.out.printf("%s: %.1f s from start to last line%n", what, took.toMillis() / 1000.0);
    }

    @Test
    void tenThousandAreListedAndReplayed(TestBroker broker) {
        KutengProcess list = dead(broker.uri(), "list", WORK);
        assertEquals(0, list.awaitExit());
        assertEquals(COUNT, list.lines("^[0-9a-f]{8} .*order \\d+ not found$").size());
        report(broker.kind() + ", 10,000 dead letters listed", list);

        KutengProcess causes = dead(broker.uri(), "list", WORK, "--by-cause");
        assertEquals(0, causes.awaitExit());
        assertEquals(1, causes.lines("10,000 .* worker .*order # not found").size());

        KutengProcess replay = dead(broker.uri(), "replay", "--all", "--queue", WORK);
        assertEquals(0, replay.awaitExit());
        assertEquals(
                1,
                replay.lines("^replayed 10,000 dead letters of " + DEAD + " in ")
                        .size());
        assertEquals(
                10,
                replay.lines("^replayed [\\d,]+ of 10,000$").stream()
                        .filter(line -> line.source() == OutputLine.Source.ERR)
                        .count(),
                "a line a tenth");
        report(broker.kind() + ", 10,000 dead letters replayed", replay);
        assertEquals(0, client.messages(DEAD));
        assertEquals(COUNT, client.messages(WORK));
    }

    @Test
    void aReplayThatIsKilledInTheMiddleLosesNone(TestBroker broker) throws Exception {
        try (TcpProxy slow = TcpProxy.to(broker)) {
            slow.throttle(BYTES_PER_SECOND);
            KutengProcess replay = dead(slow.uri(), "replay", "--all", "--queue", WORK);
            await().until(() -> client.messages(WORK) > COUNT / 4);
            replay.sigkill();
            replay.awaitExit();
        }
        await().until(() -> client.consumers(DEAD) == 0);
        long atKill = client.messages(WORK);
        assertTrue(atKill < COUNT, "killed in the middle");

        KutengProcess rest = dead(broker.uri(), "replay", "--all", "--queue", WORK);
        assertEquals(0, rest.awaitExit());

        assertEquals(0, client.messages(DEAD));
        drain();
        ledger.assertNothingLost();
        System.out.printf(
                "%s: killed after %,d of 10,000 were replayed; none lost, %,d twice%n",
                broker.kind(), atKill, ledger.repetitions());
        // twice the default of kuteng.confirm.window
        ledger.assertRepetitionsAtMost(2_000);
    }

    @Test
    void aReplayThatIsInterruptedSaysHowFarItCame(TestBroker broker) throws Exception {
        try (TcpProxy slow = TcpProxy.to(broker)) {
            slow.throttle(BYTES_PER_SECOND);
            KutengProcess replay = dead(slow.uri(), "replay", "--all", "--queue", WORK);
            await().until(() -> client.messages(WORK) > COUNT / 4);
            replay.sigint();
            replay.awaitExit();
            String told = replay.lines("^interrupted: replayed .* are still in " + DEAD + "; none is lost$")
                    .get(0)
                    .text();
            System.out.println(broker.kind() + ": " + told);
            await().until(() -> client.consumers(DEAD) == 0);
            assertEquals(COUNT, client.messages(DEAD) + client.messages(WORK));
        }
    }

    private void drain() throws Exception {
        long total = client.messages(WORK);
        AtomicInteger taken = new AtomicInteger();
        DeliverCallback take = (tag, message) -> {
            ledger.done(message.getProperties().getMessageId());
            taken.incrementAndGet();
        };
        client.channel().basicConsume(WORK, true, take, tag -> {});
        await().until(() -> taken.get() >= total);
    }
}
