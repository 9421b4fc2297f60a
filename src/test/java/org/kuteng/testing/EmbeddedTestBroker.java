package org.kuteng.testing;

import org.junit.jupiter.api.Assumptions;

/** The embedded broker inside the test JVM, in memory. */
final class EmbeddedTestBroker {
    private EmbeddedTestBroker() {}

    // SEAM: becomes a TestBroker around org.kuteng.broker.EmbeddedBroker as soon as that is there
    static TestBroker start() {
        return Assumptions.abort("the embedded broker is not built yet");
    }
}
