package org.kuteng.once;

import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.TestDatabases;

@OnEmbeddedBroker
class StaysInTransactionPostgreSQLIT extends StaysInTransactionBehaviour {
    StaysInTransactionPostgreSQLIT() {
        super(TestDatabases.postgreSQL());
    }
}
