package org.kuteng.work.steps;

import org.apache.camel.Exchange;

/**
 * One run of a step that makes parts of an exchange, kept with the exchange and so with each part. The step takes over
 * the failure of a part as long as it runs; after its time-out nobody does.
 */
final class Division {
    static final String PROPERTY = "KutengDivision";

    private volatile boolean ended;

    /** The innermost one that an exchange is a part of; null if it is none. */
    static Division of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Division.class);
    }

    void end() {
        ended = true;
    }

    boolean hasEnded() {
        return ended;
    }
}
