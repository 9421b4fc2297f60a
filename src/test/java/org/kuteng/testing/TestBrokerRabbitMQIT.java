package org.kuteng.testing;

@OnRabbitMQ
class TestBrokerRabbitMQIT extends TestBrokerBehaviour {}
