package org.kuteng.work;

import java.time.Duration;

/**
 * What holds for every worker of a process.
 *
 * @param acks how many messages are acknowledged together
 * @param stopTimeout how long a stop takes, see {@link StopBudget}; what is not done by then goes back to its queue
 * @param virtualThreads whether workers work on virtual threads; wants Java 21 or later
 * @param bufferBytes how many bytes of messages may wait in this process for those in hand
 */
public record WorkerSettings(AckSettings acks, Duration stopTimeout, boolean virtualThreads, long bufferBytes) {

    /** The version of Java that brought virtual threads. */
    public static final int VIRTUAL_THREADS_SINCE = 21;

    /** What a container platform grants between SIGTERM and SIGKILL is 30 s: room for the rest of a stop. */
    public static final Duration DEFAULT_STOP_TIMEOUT = Duration.ofSeconds(25);

    /** The part of the heap that waiting messages may take. */
    private static final int HEAP_SHARE = 4;

    /** A share of the heap. */
    public static long defaultBufferBytes() {
        return Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    }
}
