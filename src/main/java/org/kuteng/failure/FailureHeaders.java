package org.kuteng.failure;

/**
 * The headers that a message carries once its work has failed. They reach the route, which may read them, but are not
 * passed on to other queues. The headers and properties that the message had before are left as they are.
 */
public final class FailureHeaders {
    /** What every one of them begins with. */
    public static final String PREFIX = "kuteng-";

    /** How many attempts have failed (whole number). */
    public static final String ATTEMPTS = PREFIX + "attempts";

    /** How many times the message was in hand when its worker ended without a word (whole number). */
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

    private FailureHeaders() {}
}
