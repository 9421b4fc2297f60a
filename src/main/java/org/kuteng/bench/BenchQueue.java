package org.kuteng.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AMQP.Queue;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** Often enough to be exact, seldom enough not to be felt by the broker. */
    private static final long DEPTH_POLL_MILLIS = 10;

    private static final int CLOSE_TIMEOUT_MILLIS = 2_000;
    private static final int PERSISTENT = 2;
    private static final int NOT_PERSISTENT = 1;

    private final QueueType type;
    private final FailureHandling failures;
    private final BasicProperties constant;
    private final String name;
    private final Set<String> purged = new LinkedHashSet<>();
    private final List<QueueDefinition> queues = new ArrayList<>();
    private final Connection connection;

    /** @param failures names the further queues that kuteng's consumers declare */
    BenchQueue(Broker broker, QueueType type, FailureHandling failures) {
        this.type = type;
        this.failures = failures;
        this.constant =
                new BasicProperties.Builder().deliveryMode(deliveryMode()).build();
        this.name = PREFIX + UUID.randomUUID().toString().substring(0, 8);
        this.connection = broker.open("kuteng bench", null);
        LOG.debug("measuring with queue {}", name);
        declare(name);
    }

    private void declare(String queue) {
        QueueDefinition definition = Queues.work(queue, type, Map.of());
        queues.addAll(failures.queues(queue, type));
        queues.addAll(failures.queuesOnDemand(queue));
        queues.add(definition);
        purged.add(queue);
        new Topology(List.of(), List.of(definition), List.of()).declare(connection);
    }

    /** A further queue, for example for what is sent on; declared when it is asked for. */
    String another(String suffix) {
        String other = name + "." + suffix;
        if (!purged.contains(other)) {
            declare(other);
        }
        return other;
    }

    /**
     * A queue whose messages come back after a time.
     *
     * @return its name
     */
    String delayed(Duration delay, String backTo) {
        String other = name + ".raw-retry";
        if (purged.add(other)) {
            QueueDefinition definition = Queues.work(
                    other,
                    type,
                    Map.of(
                            "x-message-ttl",
                            delay.toMillis(),
                            "x-dead-letter-exchange",
                            "",
                            "x-dead-letter-routing-key",
                            backTo));
            queues.add(definition);
            new Topology(List.of(), List.of(definition), List.of()).declare(connection);
        }
        return other;
    }

    /** The number of messages that wait in a queue, asked again and again over one channel. */
    void awaitDepths(String queue, DepthWatcher watcher) throws InterruptedException {
        try (Channel channel = connection.createChannel()) {
            while (watcher.goesOn(channel.queueDeclarePassive(queue).getMessageCount())) {
                Thread.sleep(DEPTH_POLL_MILLIS);
            }
        } catch (IOException | java.util.concurrent.TimeoutException e) {
            throw BrokerFaults.ofRequest("look at queue '" + queue + "'", e);
        }
    }

    /** Is told how many messages wait. */
    interface DepthWatcher {
        boolean goesOn(long depth);
    }

    String name() {
        return name;
    }

    QueueType type() {
        return type;
    }

    /** With the delivery mode that belongs to the type of the queue. */
    BasicProperties properties() {
        return constant;
    }

    int deliveryMode() {
        return type == QueueType.TRANSIENT ? NOT_PERSISTENT : PERSISTENT;
    }

    /** Waits until nobody consumes any more, and removes what is left. */
    void empty() throws InterruptedException {
        for (String queue : purged) {
            empty(queue);
        }
    }

    private void empty(String queue) throws InterruptedException {
        try (Channel channel = connection.createChannel()) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            // a consumer gives back what it was sent ahead when the broker notices its end
            for (Queue.DeclareOk state = channel.queueDeclarePassive(queue);
                    state.getConsumerCount() > 0 || state.getMessageCount() > 0;
                    state = channel.queueDeclarePassive(queue)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new BenchException("queue '" + queue + "' still has consumers or messages", null);
                }
                channel.queuePurge(queue);
                Thread.sleep(POLL_MILLIS);
            }
        } catch (IOException | java.util.concurrent.TimeoutException e) {
            throw BrokerFaults.ofRequest("empty queue '" + queue + "'", e);
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
        names.removeAll(purged);
        names.addAll(purged);
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
