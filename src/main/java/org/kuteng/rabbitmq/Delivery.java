package org.kuteng.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;

/**
 * A message as the broker handed it to a worker; kept with the exchange, and with every copy of it that a splitter or a
 * multicast makes, whatever the route makes of the body and the headers.
 */
public final class Delivery {

    /** The exchange property that holds the delivery. */
    public static final String PROPERTY = "KutengDelivery";

    private final String queue;
    private final String workQueue;
    private final Acknowledgements acknowledgements;
    private final Envelope envelope;
    private final BasicProperties properties;
    private final byte[] body;

    /** Guarded by this. */
    private Failure failure;

    Delivery(
            String queue,
            String workQueue,
            Acknowledgements acknowledgements,
            Envelope envelope,
            BasicProperties properties,
            byte[] body) {
        this.queue = queue;
        this.workQueue = workQueue;
        this.acknowledgements = acknowledgements;
        this.envelope = envelope;
        this.properties = properties;
        this.body = body;
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
        return channel().getConnection().getFrameMax();
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
     * Notes that the work failed; what becomes of the message is decided when the route has ended. Of several failures
     * (the parts of a split message) the first counts, unless a later one is to bury.
     */
    public synchronized void fail(Failure failed) {
        if (failure == null || failed.bury() && !failure.bury()) {
            failure = failed;
        }
    }

    /** Why the work failed; null if it did not. */
    public synchronized Failure failure() {
        return failure;
    }
}
