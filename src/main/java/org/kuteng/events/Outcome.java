package org.kuteng.events;

/** How the work on a message ended: each message in hand ends with exactly one of these. */
public enum Outcome {
    /** The route and all that came of it completed; the message is acknowledged. */
    DONE,
    /** The work failed; the message waits in a retry queue for its next attempt. */
    RETRIED,
    /** The work was given up; the message lies in the dead-letter queue with its cause. */
    BURIED,
    /** The once-only switch knows that this work was done before; the message is acknowledged. */
    SKIPPED,
    /** The message moved to the queue of redelivered messages, to be worked on alone. */
    MOVED,
    /** The work could not be done or settled now; the message is back in its queue, and no attempt is spent. */
    PUT_BACK,
    /** The worker stops; the message is back in its queue as if it had never been taken. */
    HANDED_BACK,
    /** The channel ended under the work: the broker has the message back and delivers it again. */
    LOST
}
