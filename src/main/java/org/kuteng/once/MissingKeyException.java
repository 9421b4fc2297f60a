package org.kuteng.once;

/** A message cannot be known again, and so not be protected; no further attempt would change that. */
public final class MissingKeyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingKeyException(String what, String routeId) {
        super("the message has no " + what + ", by which it would be known again; name another key in the route"
                + " (arg.once: \"${header.orderId}\"), or set kuteng.route." + routeId + ".once=off, then replay it");
    }
}
