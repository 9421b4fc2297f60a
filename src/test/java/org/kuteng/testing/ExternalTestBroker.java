package org.kuteng.testing;

/** A RabbitMQ that somebody else runs: only what AMQP itself offers. */
record ExternalTestBroker(String uri) implements TestBroker {
    @Override
    public String kind() {
        return "RabbitMQ of " + TestBrokers.URI_VARIABLE;
    }

    @Override
    public void close() {
        // not ours to end
    }
}
