package org.kuteng.bench;

/** Sends messages to one queue, as one of the compared clients does. */
interface Sender extends AutoCloseable {

    /**
     * Sends a message; waits before that while as many are unconfirmed as the client allows.
     *
     * @throws BenchException if an earlier one was refused
     */
    void send(byte[] body) throws InterruptedException;

    /**
     * Waits until the broker has confirmed all; a client that asks for no confirmations does not wait.
     *
     * @throws BenchException if one was refused, or not confirmed in time
     */
    void awaitConfirmed() throws InterruptedException;

    @Override
    void close();
}
