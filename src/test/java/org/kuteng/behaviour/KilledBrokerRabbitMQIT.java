package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.kuteng.broker.QueueType;
import org.kuteng.testing.DeliveryLedger;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

@OnRabbitMQ(killable = true)
class KilledBrokerRabbitMQIT {
    private static final int MESSAGES = 500;

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "TRANSIENT")
    void workersComeBackToAKilledBrokerAndNoConfirmedMessageIsLost(QueueType type, TestBroker broker) throws Exception {
        assumeTrue(broker.canBeKilled(), broker.kind() + " cannot be killed");
        String queue = "survives-" + type;
        DeliveryLedger books = new DeliveryLedger();
        try (CamelOnBroker camel = CamelOnBroker.at(broker.uri(), type).producer("producer", queue)) {
            broker.writeDeclarations();
            IntStream.range(0, MESSAGES).forEach(i -> {
                camel.send(queue, "before " + i);
                books.confirmed("before " + i);
            });
            camel.worker("worker", queue, "&prefetchCount=10&concurrentConsumers=2", books::done);
            broker.writeDeclarations();
            await().until(() -> books.doneCount() > 10);

            broker.kill();
            await().until(() -> camel.workers().get(0).activeConsumers() == 0);
            broker.start();
            long there = System.nanoTime();
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> camel.workers().get(0).activeConsumers() == 2);
            System.out.printf(
                    "%s queue: consumes again %d ms after the killed broker was there%n",
                    type, (System.nanoTime() - there) / 1_000_000);

            camel.send(queue, "after");
            books.confirmed("after");
            await().atMost(Duration.ofSeconds(20)).until(books::isSettled);
        }
        try (PlainClient client = broker.client()) {
            client.delete(queue);
        }
    }
}
