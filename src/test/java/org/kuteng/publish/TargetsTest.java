package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How many channels there are. */
class TargetsTest extends PublisherFixture {
    private static final Duration SHORT = Duration.ofSeconds(3);

    @Test
    void eachQueueHasAChannelOfItsOwnHoweverManyThereAre() throws Exception {
        Publisher publisher = publisher(PATIENT);
        List<Outcome> outcomes = new ArrayList<>();
        int queues = 2 * Targets.MAX_IDLE;
        for (int queue = 0; queue < queues; queue++) {
            outcomes.add(send(publisher, message("", "queue" + queue, "x")));
        }

        assertEquals(queues, broker.last().channels.size());
        broker.last().channels.forEach(channel -> channel.ack(1, false));
        outcomes.forEach(Outcome::isConfirmed);
    }

    @Test
    void channelsOfTargetsThatAreIdleEndWhenOthersNeedThem() throws Exception {
        Publisher publisher = publisher(PATIENT);
        broker.last().onWritten(() -> broker.last().ack(1, false));
        for (int queue = 0; queue < Targets.MAX_IDLE; queue++) {
            send(publisher, message("", "old" + queue, "x")).isConfirmed();
        }

        await().until(() -> {
            send(publisher, message("", "new" + broker.last().channels.size(), "x"))
                    .isConfirmed();
            return broker.last().channels.stream()
                            .filter(channel -> !channel.isOpen())
                            .count()
                    >= Targets.MAX_IDLE / 4;
        });

        assertTrue(publisher.targets() <= broker.last().channels.size() - Targets.MAX_IDLE / 4);
        // one that was ended is opened again when it is needed
        send(publisher, message("", "old0", "y")).isConfirmed();
    }

    @Test
    void aTargetThatIsIdleGivesItsChannelAwayWhenTheBrokerAllowsNoFurtherOne() throws Exception {
        Publisher publisher = publisher(SHORT);
        FakeConnection connection = broker.last();
        connection.limitChannels(3);
        Outcome busy = send(publisher, message("", "busy", "x"));
        connection.onWritten(() -> connection.ack(1, false));
        send(publisher, message("", "older", "x")).isConfirmed();
        send(publisher, message("", "newer", "x")).isConfirmed();

        send(publisher, message("", "another", "x")).isConfirmed();

        List<Boolean> open =
                connection.channels.stream().map(FakeChannel::isOpen).toList();
        assertEquals(List.of(true, false, true, true), open);
        connection.channels.get(0).ack(1, false);
        busy.isConfirmed();
    }

    @Test
    void aSenderWaitsForAChannelWhileNoTargetIsIdle() throws Exception {
        Publisher publisher = publisher(PATIENT);
        FakeConnection connection = broker.last();
        connection.limitChannels(1);
        Outcome busy = send(publisher, message("", "busy", "x"));

        CompletableFuture<Outcome> waiting = sendElsewhere(publisher, message("", "another", "x"), null);
        await().until(() -> publisher.targets() == 2);
        connection.ack(1, false);
        busy.isConfirmed();

        Outcome sent = waiting.get(PATIENT.toSeconds(), TimeUnit.SECONDS);
        connection.ack(1, false);
        sent.isConfirmed();
    }

    @Test
    void anExchangeWhoseRoutingKeysChangeWithEveryMessageDoesNotOpenAChannelForEach() throws Exception {
        Publisher publisher = publisher(PATIENT);
        broker.last().onWritten(() -> broker.last().channels.forEach(channel -> {
            if (!channel.written.isEmpty()) {
                channel.ack(channel.written.size(), true);
            }
        }));
        int messages = 20 * Targets.MAX_IDLE;
        for (int message = 0; message < messages; message++) {
            send(publisher, message("orders", "order." + message, "x")).isConfirmed();
        }

        assertTrue(
                broker.last().channels.size() < messages / 2,
                broker.last().channels.size() + " channels for " + messages + " messages");
        assertTrue(publisher.targets() <= Targets.MAX_IDLE + 1);
    }
}
