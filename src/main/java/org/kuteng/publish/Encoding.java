package org.kuteng.publish;

import com.rabbitmq.client.Connection;
import java.nio.charset.StandardCharsets;

/** Whether a message can be written in AMQP at all. */
final class Encoding {
    /** AMQP's short strings: names of exchanges, routing keys. */
    private static final int MAX_SHORT_STRING = 255;

    private Encoding() {}

    /**
     * Whether the message cannot be encoded, which the client library does before it writes the first byte: then a write
     * that threw has sent nothing. Costs a second encoding, and is asked only after a failure.
     */
    static boolean isImpossible(OutgoingMessage message, Connection connection) {
        if (isTooLong(message.exchange()) || isTooLong(message.routingKey())) {
            return true;
        }
        try {
            int size = message.properties().toFrame(1, message.body().length).size();
            return connection.getFrameMax() > 0 && size > connection.getFrameMax();
        } catch (java.io.IOException | RuntimeException | StackOverflowError e) {
            return true;
        }
    }

    private static boolean isTooLong(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length > MAX_SHORT_STRING;
    }
}
