package org.kuteng.once;

import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.TestDatabases;

@OnEmbeddedBroker
class StaysInTransactionH2IT extends StaysInTransactionBehaviour {
    StaysInTransactionH2IT() {
        super(TestDatabases.h2());
    }
}
