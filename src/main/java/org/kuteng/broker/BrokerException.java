package org.kuteng.broker;

/**
 * What went wrong with the broker, as one line that names the problem, the value, the place and the remedy. Never holds
 * a password.
 */
public class BrokerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What it takes until the same request can succeed. */
    public enum Cure {
        /** Time: a broker that is away, restarts, has no leader for a queue or no free connection. */
        TIME,
        /**
         * A person who changes something at the broker: a password, a right, a virtual host. As it can be mended while
         * this process runs, trying again is right once the process has been connected.
         */
        PERSON,
        /** Another configuration of the route, or of the queue: trying again cannot help while this process runs. */
        CONFIGURATION
    }

    private final Cure cure;

    /**
     * @param cure what it takes until the same request can succeed
     * @param message one line, fit to be shown to the user
     * @param cause what the client library threw; may be null
     */
    public BrokerException(Cure cure, String message, Throwable cause) {
        super(message, cause);
        this.cure = cure;
    }

    /** What it takes until the same request can succeed. */
    public Cure cure() {
        return cure;
    }

    /** Whether this ends the route that asked, and no other: trying again cannot help while this process runs. */
    public boolean endsRoute() {
        return cure == Cure.CONFIGURATION;
    }

    /**
     * Whether somebody has to mend something before it can succeed. A command or the first start of a process reports it
     * and ends; a process that has been connected tries again.
     */
    public boolean needsPerson() {
        return cure != Cure.TIME;
    }
}
