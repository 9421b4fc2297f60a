package org.kuteng.work;

import java.util.List;
import java.util.Map;
import org.kuteng.broker.Topology;
import org.springframework.amqp.core.AcknowledgeMode;

/**
 * What a route says of its worker. It belongs to the consumer, so that two equal routes, which share an endpoint in
 * Camel, can differ.
 *
 * @param queues the queues it takes messages from; empty: the broker makes one up
 * @param consumers how many consumers each of its queues has
 * @param prefetchCount how many messages the broker sends ahead to each consumer; 0: no limit
 * @param acknowledgeMode AUTO: after the work
 * @param asynchronous whether a consumer takes its next message before the route has completed
 * @param singleActive whether a queue gives its messages to one consumer at a time
 * @param exclusive whether nobody else may consume from the queues
 * @param noLocal whether what was sent on the same connection is not delivered
 * @param consumerArguments of {@code basic.consume}
 * @param autoStartup whether it consumes as soon as its route starts
 * @param autoDeclare whether queues that are missing are declared
 * @param topology what is declared when a consumer begins
 * @param onDemand what is declared when a message that failed first needs it; one for each queue
 * @param onceKey what identifies a message, in Camel's simple language; null: its message-id
 */
public record WorkerOptions(
        List<String> queues,
        int consumers,
        int prefetchCount,
        AcknowledgeMode acknowledgeMode,
        boolean asynchronous,
        boolean singleActive,
        boolean exclusive,
        boolean noLocal,
        Map<String, Object> consumerArguments,
        boolean autoStartup,
        boolean autoDeclare,
        Topology topology,
        List<Topology> onDemand,
        String onceKey) {

    /** Whether the broker waits for acknowledgements. */
    boolean acknowledging() {
        return acknowledgeMode != AcknowledgeMode.NONE;
    }

    /** Whether a message is acknowledged when its work is done, and not by the route itself. */
    boolean automatic() {
        return acknowledgeMode == AcknowledgeMode.AUTO;
    }
}
