package org.kuteng.chaos.property;

import org.junit.jupiter.api.Tag;
import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
@Tag(OnRabbitMQ.ANY_VERSION)
class RandomRoutesRabbitMQIT extends RandomRoutesBehaviour {
    @Override
    boolean isRabbitMQ() {
        return true;
    }

    @Override
    int seconds() {
        return 60;
    }
}
