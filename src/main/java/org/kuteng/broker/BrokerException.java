package org.kuteng.broker;

/**
 * What went wrong with the broker, as one line that names the problem, the value, the place and the remedy. Never holds
 * a password.
 */
public class BrokerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean permanent;

    /**
     * @param permanent true if trying again cannot help (wrong password, a queue with other arguments); false if it
     *     may pass by itself (broker not reachable)
     * @param message one line, fit to be shown to the user
     * @param cause what the client library threw; may be null
     */
    public BrokerException(boolean permanent, String message, Throwable cause) {
        super(message, cause);
        this.permanent = permanent;
    }

    /** Whether trying again cannot help. */
    public boolean isPermanent() {
        return permanent;
    }
}
