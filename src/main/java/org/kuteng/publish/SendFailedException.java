package org.kuteng.publish;

import com.rabbitmq.client.AMQP;
import org.kuteng.broker.BrokerException;

/** The broker does not have a message that was to be sent, or is not known to have it. */
public class SendFailedException extends BrokerException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What is known about the message. */
    public enum Kind {
        /** The broker answered that it does not take the message: a full queue, a queue without a leader. */
        REFUSED,
        /** No queue took the message. */
        RETURNED,
        /** It was written, and no answer came: the broker may have it or not. */
        UNKNOWN,
        /** It was never written. */
        NOT_SENT
    }

    public SendFailedException(Kind kind, String message, Throwable cause) {
        super(Cure.TIME, message, cause);
        this.kind = kind;
    }

    /** What is known about the message. */
    public Kind kind() {
        return kind;
    }

    static SendFailedException refused(OutgoingMessage message) {
        return new SendFailedException(
                Kind.REFUSED,
                "message for " + message.target() + " was refused by the broker (basic.nack): the queue is full, or has"
                        + " no leader",
                null);
    }

    /** @param code NO_ROUTE if no queue takes it; anything else is a reason of the queue itself: it is full */
    static SendFailedException returned(OutgoingMessage message, int code, String text) {
        if (code != AMQP.NO_ROUTE) {
            return new SendFailedException(
                    Kind.REFUSED,
                    "message for " + message.target() + " was refused by the broker (" + code + " " + text + ")",
                    null);
        }
        return new SendFailedException(
                Kind.RETURNED,
                "message for " + message.target() + " was returned: no queue takes it (" + code + " " + text + ")",
                null);
    }

    static SendFailedException unknown(OutgoingMessage message, String why, Throwable cause) {
        return new SendFailedException(
                Kind.UNKNOWN,
                "outcome unknown for the message for " + message.target() + ": " + why
                        + "; the broker may have it or not",
                cause);
    }

    static SendFailedException writeFault(OutgoingMessage message, Throwable cause) {
        return unknown(message, "its write ended with an error", cause);
    }

    static SendFailedException notSent(OutgoingMessage message, String why, Throwable cause) {
        return new SendFailedException(Kind.NOT_SENT, "message for " + message.target() + " not sent: " + why, cause);
    }
}
