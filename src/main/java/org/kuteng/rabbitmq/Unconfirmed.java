package org.kuteng.rabbitmq;

/** A message that the broker has not confirmed yet, and whom to tell. */
final class Unconfirmed {
    final OutgoingMessage message;
    final SendCallback callback;

    /** When it is given up, in terms of {@link System#nanoTime()}. */
    long deadline;

    /** Its sequence number on the channel it was written to last. */
    long number;

    /** How many times it was written: more than once if a connection broke. */
    int writes;

    /** Set if the broker gave it back. */
    Exception returned;

    Unconfirmed(OutgoingMessage message, SendCallback callback, long deadline) {
        this.message = message;
        this.callback = callback;
        this.deadline = deadline;
    }
}
