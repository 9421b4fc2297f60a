package org.kuteng.failure;

/**
 * The headers that a message carries once its work has failed. They reach the route, which may read them, but are not
 * passed on to other queues. The headers and properties that the message had before are left as they are. Those that
 * are not as described here count as absent: anybody who may send to a queue can set them.
 */
public final class FailureHeaders {
    /** What every one of them begins with. */
    public static final String PREFIX = "kuteng-";

    /** How many attempts have failed (whole number from 1). */
    public static final String ATTEMPTS = PREFIX + "attempts";

    /** How many times the message was in hand when its worker ended without a word (whole number from 1). */
    public static final String CRASHES = PREFIX + "crashes";

    /** The work queue that it belongs to (text). */
    public static final String QUEUE = PREFIX + "queue";

    /** The id of the route that failed last (text). */
    public static final String ROUTE = PREFIX + "route";

    /** The id of the step that failed last (text); missing if the message did not even reach a step. */
    public static final String STEP = PREFIX + "step";

    /** When the first attempt failed (ISO 8601, UTC). */
    public static final String FIRST_FAILURE = PREFIX + "first-failure";

    /** When the last attempt failed (ISO 8601, UTC). */
    public static final String LAST_FAILURE = PREFIX + "last-failure";

    /** The class of the last exception (text). */
    public static final String EXCEPTION = PREFIX + "exception";

    /** The message of the last exception, cut (text). */
    public static final String MESSAGE = PREFIX + "message";

    /** The top of the last exception's stack (text). */
    public static final String STACK = PREFIX + "stack";

    /** Names a dead letter (text, unique): set when it is buried, whether or not the message has a message-id. */
    public static final String DEAD_ID = PREFIX + "dead-id";

    /** The expiration that the message had; a retry or a dead letter must not expire by it (text). */
    public static final String EXPIRATION = PREFIX + "expiration";

    /** The user-id that the message had; only its own sender may use it (text). */
    public static final String USER_ID = PREFIX + "user-id";

    /** The CC header that the message had; RabbitMQ would send a copy of a retry to each queue in it (list of text). */
    public static final String CC = PREFIX + "cc";

    /** The BCC header that the message had; as {@link #CC}. */
    public static final String BCC = PREFIX + "bcc";

    /**
     * What brokers had noted on the message before kuteng got it: where it expired or was rejected (text, cut). Their own
     * headers for that, {@code x-death} and the like, are never sent again, since the broker would believe them.
     */
    public static final String BROKER = PREFIX + "broker";

    /** Which headers the message had that a dead letter has no room for (text, cut). */
    public static final String LEFT_OUT = PREFIX + "left-out";

    private FailureHeaders() {}
}
