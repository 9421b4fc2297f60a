package org.kuteng.once;

import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.TestDatabases;

@OnEmbeddedBroker
class OnceH2IT extends OnceBehaviour {
    OnceH2IT() {
        super(TestDatabases.h2());
    }

    @Override
    String numbers(int count) {
        return "SYSTEM_RANGE(1, " + count + ")";
    }
}
