package org.kuteng.behaviour;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class StrangersMessageRabbitMQIT extends StrangersMessageBehaviour {
    @Override
    int deepest() {
        return 10_000;
    }
}
