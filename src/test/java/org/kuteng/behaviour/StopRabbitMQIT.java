package org.kuteng.behaviour;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class StopRabbitMQIT extends StopBehaviour {}
