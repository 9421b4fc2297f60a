package org.kuteng.broker;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class ConnectingRabbitMQIT extends ConnectingBehaviour {
    @Override
    BrokerKind kind() {
        return BrokerKind.RABBITMQ;
    }
}
