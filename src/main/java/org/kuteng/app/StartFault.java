package org.kuteng.app;

import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.EmbeddedBrokerException;

/** Finds the one line in what Camel throws when it cannot start: the cause that says what to do. */
public final class StartFault {
    private StartFault() {}

    /** What to tell the user: a {@link BrokerException}, or something with a message of one line. */
    public static RuntimeException explain(Throwable thrown) {
        String route = null;
        Throwable deepest = thrown;
        for (Throwable t = thrown; t != null && t != t.getCause(); t = t.getCause()) {
            if (t instanceof BrokerException broker) {
                return broker;
            }
            if (t instanceof EmbeddedBrokerException || t instanceof ConfigurationException) {
                return (RuntimeException) t;
            }
            if (t instanceof FailedToStartRouteException start) {
                route = start.getRouteId();
            } else if (t instanceof FailedToCreateRouteException create) {
                route = create.getRouteId();
            }
            deepest = t;
        }
        String message = deepest.getMessage() == null || deepest instanceof ClassNotFoundException
                ? deepest.toString().replace("java.lang.ClassNotFoundException: ", "no such class: ")
                : deepest.getMessage();
        String line = (route == null ? "the routes cannot start: " : "route '" + route + "' cannot start: ") + message;
        ConfigurationException explained = new ConfigurationException(line);
        explained.initCause(thrown);
        return explained;
    }
}
