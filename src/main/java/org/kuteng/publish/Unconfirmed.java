package org.kuteng.publish;

/** A message that the broker has not confirmed yet, and whom to tell. */
final class Unconfirmed {
    final OutgoingMessage message;
    final SendCallback callback;

    /** Its place among all messages, whichever channel they were written to. */
    long order;

    /** When it is given up, in terms of {@link System#nanoTime()}; set when it is written. */
    long deadline;

    /** Its sequence number on the channel it was written to last. */
    long number;

    /** How many times it was written: more than once if a connection broke. */
    int writes;

    /** How many channels the broker closed while it was unconfirmed: it may be the reason. */
    int channelsClosed;

    /** Set if the broker gave it back. */
    Exception returned;

    /** Why the broker does not have it; null if it has. Set when that is known. */
    Exception failure;

    Unconfirmed(OutgoingMessage message, SendCallback callback) {
        this.message = message;
        this.callback = callback;
    }

    /** @param why null if the broker has it */
    Unconfirmed failed(Exception why) {
        failure = why;
        return this;
    }
}
