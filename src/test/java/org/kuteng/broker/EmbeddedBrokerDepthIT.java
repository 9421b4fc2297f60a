package org.kuteng.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A backlog holds its producer up instead of ending the JVM. */
class EmbeddedBrokerDepthIT {

    private static final byte[] SMALL_BODY = new byte[18];

    /** Nothing was published for so long: the producer is held up. */
    private static final Duration STANDSTILL = Duration.ofSeconds(1);

    /** More than a producer that is held up could still have had under way. */
    private static final long FURTHER = 1_000;

    private static final int FAREWELL_MILLIS = 1_000;

    @Test
    void aProducerWithoutConsumersIsHeldUpAndGoesOnWhenThereIsRoom() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(null, "-Xmx128m")) {
            Connection producing = PlainClient.connect(broker.port());
            Connection consuming = PlainClient.connect(broker.port());
            Channel consumer = consuming.createChannel();
            consumer.queueDeclare("backlog", false, false, false, null);
            AtomicLong published = new AtomicLong();
            Thread producer = new Thread(() -> publishWithoutEnd(producing, published));
            producer.setDaemon(true);
            producer.start();

            long heldUpAt = untilItStandsStill(published);
            assertTrue(broker.isAlive());

            consumer.basicConsume("backlog", true, (tag, delivery) -> {}, tag -> {});
            await().atMost(Duration.ofSeconds(60)).until(() -> published.get() > heldUpAt + FURTHER);
            assertTrue(broker.isAlive());

            // no farewell without end: Qpid may read nothing from a consumer as long as it has something to send to it
            producing.abort(FAREWELL_MILLIS);
            consuming.abort(FAREWELL_MILLIS);
        }
    }

    /** Each alone has room; all together they would take the memory that is needed to let anybody in. */
    @Test
    void manyFullQueuesHoldUpTheirProducersAndEverybodyIsLetIn() throws Exception {
        int queues = 12;
        byte[] body = new byte[10_000];
        try (BrokerProcess broker = BrokerProcess.start(null, "-Xmx64m")) {
            AtomicLong published = new AtomicLong();
            AtomicLong confirmed = new AtomicLong();
            List<Connection> producing = new ArrayList<>();
            for (int i = 0; i < queues; i++) {
                Connection connection = PlainClient.connect(broker.port());
                producing.add(connection);
                String queue = "full" + i;
                connection.createChannel().queueDeclare(queue, false, false, false, null);
                Thread producer = new Thread(() -> publishConfirmed(connection, queue, body, published, confirmed));
                producer.setDaemon(true);
                producer.start();
                untilItStandsStill(published);
            }

            AtomicLong taken = new AtomicLong();
            Connection consuming = PlainClient.connect(broker.port());
            long heldUpAt = published.get();
            for (int i = 0; i < queues; i++) {
                consuming
                        .createChannel()
                        .basicConsume("full" + i, true, (tag, delivery) -> taken.incrementAndGet(), tag -> {});
            }

            await().atMost(Duration.ofSeconds(60)).until(() -> published.get() > heldUpAt + FURTHER);
            assertTrue(producing.stream().allMatch(Connection::isOpen));
            producing.forEach(connection -> connection.abort(FAREWELL_MILLIS));
            await().atMost(Duration.ofSeconds(60)).until(() -> taken.get() >= confirmed.get());
            consuming.abort(FAREWELL_MILLIS);
        }
    }

    private static void publishConfirmed(
            Connection connection, String queue, byte[] body, AtomicLong published, AtomicLong confirmed) {
        try {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            while (connection.isOpen()) {
                channel.basicPublish("", queue, null, body);
                published.incrementAndGet();
                channel.waitForConfirms();
                confirmed.incrementAndGet();
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException closedAtTheEndOfTheTest) {
            // the connection is closed under it
        }
    }

    private static long untilItStandsStill(AtomicLong published) {
        AtomicLong before = new AtomicLong();
        await().atMost(Duration.ofSeconds(60)).pollInterval(STANDSTILL).until(() -> {
            long now = published.get();
            return now > 0 && now == before.getAndSet(now);
        });
        return published.get();
    }

    private static void publishWithoutEnd(Connection connection, AtomicLong published) {
        try {
            Channel channel = connection.createChannel();
            while (connection.isOpen()) {
                channel.basicPublish("", "backlog", null, SMALL_BODY);
                published.incrementAndGet();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException closedAtTheEndOfTheTest) {
            // the connection is closed under it
        }
    }
}
