package org.kuteng.publish;

import com.rabbitmq.client.Connection;
import java.time.Duration;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerKind;
import org.kuteng.broker.QueueDefinition;
import org.kuteng.broker.Queues;
import org.kuteng.broker.Topology;

/**
 * What is declared when a message needs it. RabbitMQ loses what it has confirmed in a quorum queue if its node is killed
 * within a second of the declaration (seen on 3.10.8 and 4.0.5), so nothing is sent to such a queue before it is older.
 * The age counts from the declaration by this process, although the queue may have been there before: another process
 * may have declared it a moment ago, and the broker does not tell.
 */
final class NeededTopology {
    /** How old a quorum queue has to be: twice the longest age at which a message was seen to be lost. */
    static final Duration LEAST_AGE = Duration.ofSeconds(2);

    private final Topology topology;

    /** Whether it was asked for in advance, before any message needs it. */
    private final boolean onDemand;

    private volatile boolean ready;

    /** The connection that it was declared on; null: on none. */
    private volatile Connection declaredOn;

    private long readyAt;

    private NeededTopology(Topology topology, boolean onDemand) {
        this.topology = topology;
        this.onDemand = onDemand;
    }

    /** What nobody has declared so far, as it is needed for certain messages only. */
    static NeededTopology onDemand(Topology topology) {
        return new NeededTopology(topology, true);
    }

    /** What was declared before, and is missing now. */
    static NeededTopology missing(Topology topology) {
        return new NeededTopology(topology, false);
    }

    Topology topology() {
        return topology;
    }

    /** Whether a message is sent to a queue of kuteng's own that is among it. */
    boolean isFor(OutgoingMessage message) {
        return message.exchange().equals(Topology.DEFAULT_EXCHANGE)
                && topology.queues().stream()
                        .anyMatch(queue -> queue.origin() == QueueDefinition.Origin.KUTENG
                                && queue.name().equals(message.routingKey()));
    }

    boolean isOnDemand() {
        return onDemand;
    }

    /** Whether messages may be sent there. */
    boolean isReady() {
        return ready;
    }

    /** Whether all that is left is to wait until it is old enough. */
    boolean isMaturing() {
        return declaredOn != null && !ready;
    }

    /**
     * Declares it, unless that is done. By one thread at a time; waits for the broker.
     *
     * @return whether messages may be sent there; otherwise to be called again
     * @throws BrokerException if the broker refuses
     */
    synchronized boolean makeReady(Connection connection) {
        if (ready) {
            return true;
        }
        if (connection != declaredOn) {
            // also when the last connection was lost meanwhile: perhaps with its node, which has forgotten the queue
            declaredOn = null;
            topology.declare(connection);
            readyAt = System.nanoTime() + leastAge(connection).toNanos();
            declaredOn = connection;
        }
        ready = readyAt - System.nanoTime() <= 0;
        return ready;
    }

    /** A message found no queue there: it is declared again. Does not wait for a declaration that is under way. */
    void vanished() {
        declaredOn = null;
        ready = false;
    }

    private Duration leastAge(Connection connection) {
        boolean matures = BrokerKind.of(connection) == BrokerKind.RABBITMQ
                && topology.queues().stream().anyMatch(NeededTopology::isQuorum);
        return matures ? LEAST_AGE : Duration.ZERO;
    }

    private static boolean isQuorum(QueueDefinition queue) {
        return Queues.QUORUM.equals(queue.arguments().get(Queues.X_QUEUE_TYPE));
    }
}
