package org.kuteng.broker;

/**
 * The embedded broker cannot start. The message is one line for the user: what failed, with which value, where, and
 * what to do. Starting again with the same {@link EmbeddedBroker.Options} fails again unless the machine has changed.
 */
public final class EmbeddedBrokerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EmbeddedBrokerException(String message, Throwable cause) {
        super(message, cause);
    }
}
