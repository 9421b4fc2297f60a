package org.kuteng.work;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;
import java.util.OptionalInt;

/** A message as the broker delivered it to a worker. */
public final class Delivery {
    private static final String X_DELIVERY_COUNT = "x-delivery-count";

    private final String queue;
    private final String workQueue;
    private final Acknowledgements acknowledgements;
    private final Envelope envelope;
    private final BasicProperties properties;
    private final byte[] body;

    /** Whether {@code x-delivery-count} counts the workers that ended with the message, and not who handed it back. */
    private final boolean crashesCounted;

    /** A message that came over no channel: for those who map or describe one. */
    public Delivery(String queue, String workQueue, Envelope envelope, BasicProperties properties, byte[] body) {
        this(queue, workQueue, null, envelope, properties, body, false);
    }

    Delivery(
            String queue,
            String workQueue,
            Acknowledgements acknowledgements,
            Envelope envelope,
            BasicProperties properties,
            byte[] body,
            boolean crashesCounted) {
        this.queue = queue;
        this.workQueue = workQueue;
        this.acknowledgements = acknowledgements;
        this.envelope = envelope;
        this.properties = properties;
        this.body = body;
        this.crashesCounted = crashesCounted;
    }

    /** The queue it came from: the work queue, or the one for messages that were delivered before. */
    public String queue() {
        return queue;
    }

    /** The work queue it belongs to. */
    public String workQueue() {
        return workQueue;
    }

    Channel channel() {
        return acknowledgements.channel();
    }

    /** Those of the channel it came on. */
    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    /** How many bytes properties and headers may have at this broker, in the one frame that they share; 0: no bound. */
    public int frameMax() {
        return acknowledgements == null ? 0 : channel().getConnection().getFrameMax();
    }

    public Envelope envelope() {
        return envelope;
    }

    public BasicProperties properties() {
        return properties;
    }

    public byte[] body() {
        return body;
    }

    /**
     * How many workers ended, or lost their connection, with this message on its way or in hand, as the broker counts
     * them: RabbitMQ since 4.3, for quorum queues, where a {@code basic.nack} with requeue does not count.
     *
     * @return empty if the broker does not tell
     */
    public OptionalInt crashes() {
        if (!crashesCounted || properties.getHeaders() == null) {
            return OptionalInt.empty();
        }
        // a header of the sender's own cannot be mistaken for it: a quorum queue writes its own over it
        return properties.getHeaders().get(X_DELIVERY_COUNT) instanceof Number count
                ? OptionalInt.of(count.intValue())
                : OptionalInt.empty();
    }
}
