package org.kuteng.chaos.property;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class RandomRoutesEmbeddedIT extends RandomRoutesBehaviour {
    @Override
    boolean isRabbitMQ() {
        return false;
    }

    @Override
    int seconds() {
        return 60;
    }
}
