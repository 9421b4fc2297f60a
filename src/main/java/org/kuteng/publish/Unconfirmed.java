package org.kuteng.publish;

/**
 * A message that the broker has not confirmed yet, and whom to tell. At each moment in one place: being written, in the
 * window of a channel, among those to be sent again, or on its way to the sender. Who takes it out of its place decides
 * what becomes of it.
 */
final class Unconfirmed {
    /** A message whose write ended this often with an Error is given up. */
    private static final int MAX_WRITE_FAULTS = 2;

    final OutgoingMessage message;
    final SendCallback callback;

    /** Its place among all messages for its target, whichever channel they were written to. */
    long order;

    /** When it is given up, in terms of {@link System#nanoTime()}; set when it is written. */
    long deadline;

    /** When it was written last, in terms of {@link System#nanoTime()}. */
    long writtenAt;

    /** Its sequence number on the channel it was written to last. */
    long number;

    /** How many times it was written: more than once if a connection broke. */
    int writes;

    /** How many channels the broker closed while it was unconfirmed: it may be the reason. */
    int channelsClosed;

    /** How many writes of it ended with an Error, or with anything that leaves unclear what was written. */
    int writeFaults;

    /** How many times the broker refused it. */
    int refusals;

    /** Whether what it is sent to was declared again for it. */
    boolean redeclared;

    /** Set if the broker gave it back after the last write. */
    SendFailedException returned;

    /** What the broker said of its last write; what the sender is told if there is no time to try again. */
    SendFailedException verdict;

    /** Why the broker does not have it; null if it has. Set when that is known. */
    Exception failure;

    Unconfirmed(OutgoingMessage message, SendCallback callback) {
        this.message = message;
        this.callback = callback;
    }

    /** Whether its writes ended with an Error so often that it is not written once more. */
    boolean isGivenUpAfterFaults() {
        return writeFaults >= MAX_WRITE_FAULTS;
    }
}
