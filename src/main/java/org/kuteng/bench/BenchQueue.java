package org.kuteng.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AMQP.Queue;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.QueueDefinition;
import org.kuteng.broker.QueueType;
import org.kuteng.broker.Queues;
import org.kuteng.broker.Topology;
import org.kuteng.failure.FailureHandling;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A queue of the measurements' own, which all clients use in turn, and those that kuteng needs with it. */
final class BenchQueue implements AutoCloseable {
    /** What the names of all queues of the measurements begin with. */
    static final String PREFIX = "kuteng.bench.";

    private static final Logger LOG = LoggerFactory.getLogger("kuteng.bench");

    /** Consumers that were closed are gone by then. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long POLL_MILLIS = 2;
    private static final int CLOSE_TIMEOUT_MILLIS = 2_000;
    private static final int PERSISTENT = 2;
    private static final int NOT_PERSISTENT = 1;

    private final QueueType type;
    private final String name;
    private final List<QueueDefinition> queues = new ArrayList<>();
    private final Connection connection;

    /** @param failures names the further queues that kuteng's consumers declare */
    BenchQueue(Broker broker, QueueType type, FailureHandling failures) {
        this.type = type;
        this.name = PREFIX + UUID.randomUUID().toString().substring(0, 8);
        queues.addAll(failures.queues(name, type));
        queues.add(Queues.work(name, type, Map.of()));
        this.connection = broker.open("kuteng bench", null);
        LOG.debug("measuring with queue {}", name);
        new Topology(List.of(), List.of(queues.get(queues.size() - 1)), List.of()).declare(connection);
    }

    String name() {
        return name;
    }

    QueueType type() {
        return type;
    }

    /** With the delivery mode that belongs to the type of the queue. */
    BasicProperties properties() {
        return new BasicProperties.Builder()
                .deliveryMode(type == QueueType.TRANSIENT ? NOT_PERSISTENT : PERSISTENT)
                .build();
    }

    /** Waits until nobody consumes any more, and removes what is left. */
    void empty() throws InterruptedException {
        try (Channel channel = connection.createChannel()) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            // a consumer gives back what it was sent ahead when the broker notices its end
            for (Queue.DeclareOk state = channel.queueDeclarePassive(name);
                    state.getConsumerCount() > 0 || state.getMessageCount() > 0;
                    state = channel.queueDeclarePassive(name)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new BenchException("queue '" + name + "' still has consumers or messages", null);
                }
                channel.queuePurge(name);
                Thread.sleep(POLL_MILLIS);
            }
        } catch (IOException | java.util.concurrent.TimeoutException e) {
            throw BrokerFaults.ofRequest("empty queue '" + name + "'", e);
        }
    }

    /**
     * Deletes it and all that belong to it.
     *
     * @throws BenchException with the names of those that are left
     */
    @Override
    public void close() {
        List<String> names =
                new ArrayList<>(queues.stream().map(QueueDefinition::name).toList());
        // those first that others get messages from
        Collections.reverse(names);
        names.remove(name);
        names.add(name);
        List<String> left = names.stream().filter(queue -> !delete(queue)).toList();
        connection.abort(CLOSE_TIMEOUT_MILLIS);
        if (!left.isEmpty()) {
            throw new BenchException("not deleted, since the connection was lost: " + String.join(", ", left), null);
        }
    }

    private boolean delete(String queue) {
        try (Channel channel = connection.createChannel()) {
            channel.queueDelete(queue);
            return true;
        } catch (IOException | java.util.concurrent.TimeoutException | RuntimeException e) {
            // to RabbitMQ one that was never declared is as good as deleted, to Qpid it is a fault
            return BrokerFaults.replyCode(e) == com.rabbitmq.client.AMQP.NOT_FOUND;
        }
    }
}
