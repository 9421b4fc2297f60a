package org.kuteng.testing;

@OnRabbitMQ
class AnyBrokerRabbitMQIT extends AnyBrokerBehaviour {}
