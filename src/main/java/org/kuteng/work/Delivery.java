package org.kuteng.work;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.kuteng.untrusted.Utf8Check;

/** A message as the broker delivered it to a worker. */
public final class Delivery {
    private static final String X_DELIVERY_COUNT = "x-delivery-count";

    /** Java reads it in place of bytes that are no character. */
    private static final char REPLACEMENT = '\ufffd';

    private final String queue;
    private final String workQueue;
    private final Acknowledgements acknowledgements;
    private final Envelope envelope;
    private final BasicProperties properties;
    private final int bodySize;

    /**
     * Its bytes as they came, or the text that they are in UTF-8: a large body is held once while it is worked on, and
     * the bytes are needed again only if the work fails.
     */
    private volatile Object body;

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
        this.bodySize = body.length;
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

    /** The body, byte for byte as it came; written anew if {@link #text} has made a text of it. */
    public byte[] body() {
        Object held = body;
        return held instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) held;
    }

    /** How many bytes the body has. */
    public int bodySize() {
        return bodySize;
    }

    /** The text that the body is. */
    public String text(Charset charset) {
        Object held = body;
        boolean utf8 = charset.equals(StandardCharsets.UTF_8);
        if (utf8 && held instanceof String text) {
            return text;
        }
        String text = new String(body(), charset);
        if (utf8 && text.indexOf(REPLACEMENT) < 0) {
            // nothing was replaced: the same bytes can be made of it
            body = text;
        }
        return text;
    }

    /** The bytes of the body, if they are a text in UTF-8 that nobody has asked for; else null. */
    public byte[] utf8() {
        return body instanceof byte[] bytes && Utf8Check.isWellFormed(bytes) ? bytes : null;
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
