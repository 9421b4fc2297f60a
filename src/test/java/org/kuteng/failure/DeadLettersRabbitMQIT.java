package org.kuteng.failure;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.MessageProperties;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.ConnectionSettings;
import org.kuteng.broker.QueueType;
import org.kuteng.broker.Queues;
import org.kuteng.broker.Topology;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

@OnRabbitMQ
class DeadLettersRabbitMQIT extends DeadLettersBehaviour {

    @Test
    void aQuorumQueueShowsAllOfThemAsOftenAsOneLooks(TestBroker broker) throws Exception {
        String work = "of-the-quorum-dead-letters-test";
        int count = 4_500;
        DeadLetters letters = letters(broker);
        try (PlainClient client = broker.client()) {
            new Topology(List.of(), List.of(Queues.dead(work, QueueType.QUORUM)), List.of())
                    .declare(client.connection());
            client.publish(Queues.deadName(work), "message ", count);
            for (int i = 0; i < 3; i++) {
                assertEquals(
                        count,
                        letters.browse(Queues.deadName(work), letter -> true).seen());
            }
        } finally {
            broker.deleteQueue(Queues.deadName(work));
        }
    }

    @Test
    void whatTheBrokerItselfGaveUpHasItsReason(TestBroker broker) throws Exception {
        String work = "of-the-x-death-test";
        try (PlainClient client = broker.client()) {
            client.declareDurable(Queues.deadName(work));
            client.declare(
                    work,
                    true,
                    Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", Queues.deadName(work)));
            client.confirmed(
                    () -> client.publishUnconfirmed(work, "rejected", MessageProperties.PERSISTENT_TEXT_PLAIN));
            long tag = client.channel().basicGet(work, false).getEnvelope().getDeliveryTag();
            client.channel().basicReject(tag, false);
            await().until(() -> client.messages(Queues.deadName(work)) == 1);

            letters(broker).browse(Queues.deadName(work), letter -> {
                assertEquals(
                        "the broker put it here: rejected in queue '" + work + "'",
                        letter.cause().text());
                assertEquals(true, letter.lastFailure().isPresent());
                return true;
            });
        } finally {
            broker.deleteQueue(work);
            broker.deleteQueue(Queues.deadName(work));
        }
    }

    @Test
    void aMessageOfAnotherUserIsReplayed(TestBroker broker) throws Exception {
        String work = "of-the-user-id-test";
        try (PlainClient client = broker.client()) {
            client.declareDurable(work);
            client.declareDurable(Queues.deadName(work));
            BasicProperties properties = new BasicProperties.Builder()
                    .userId(BrokerUri.parse(broker.uri()).user())
                    .build();
            client.confirmed(() -> client.publishUnconfirmed(Queues.deadName(work), "of a user", properties));

            BasicProperties other =
                    new BasicProperties.Builder().userId("somebody-else").build();
            assertEquals(null, Senders.own(other, broker(broker)).getUserId());
            Replay.Outcome outcome =
                    letters(broker).replay().run(Queues.deadName(work), letter -> true, (looked, total, done) -> {});

            assertEquals(1, outcome.replayed());
        } finally {
            broker.deleteQueue(work);
            broker.deleteQueue(Queues.deadName(work));
        }
    }

    private static DeadLetters letters(TestBroker broker) {
        return new DeadLetters(broker(broker), 100, Duration.ofSeconds(10));
    }

    private static Broker broker(TestBroker broker) {
        return new Broker(ConnectionSettings.of(BrokerUri.parse(broker.uri())));
    }
}
