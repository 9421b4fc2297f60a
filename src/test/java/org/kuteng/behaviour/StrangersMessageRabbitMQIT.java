package org.kuteng.behaviour;

import org.junit.jupiter.api.Tag;
import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
@Tag(OnRabbitMQ.ANY_VERSION)
class StrangersMessageRabbitMQIT extends StrangersMessageBehaviour {
    @Override
    int deepest() {
        return 10_000;
    }
}
