package org.kuteng.work;

import org.apache.camel.Exchange;

/** Makes a message of a delivery for the exchange in which a route works on it. */
@FunctionalInterface
public interface MessageReader {
    /** @throws RuntimeException if the message cannot be read: its work has failed then */
    void read(Delivery delivery, Exchange exchange);
}
