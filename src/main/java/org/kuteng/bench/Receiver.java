package org.kuteng.bench;

import java.util.function.Consumer;

/** Receives messages from one queue, as one of the compared clients does, from when it is opened until it is closed. */
interface Receiver extends AutoCloseable {

    /**
     * How to receive.
     *
     * @param consumers how many messages are worked on at a time
     * @param prefetch how many the broker sends ahead to each of them
     * @param work gets the body of each message, on as many threads as there are consumers
     */
    record Intake(int consumers, int prefetch, Consumer<byte[]> work) {}

    @Override
    void close();
}
