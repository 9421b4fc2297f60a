package org.kuteng.broker;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class ConnectingEmbeddedIT extends ConnectingBehaviour {
    @Override
    BrokerKind kind() {
        return BrokerKind.QPID;
    }
}
