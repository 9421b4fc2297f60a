package org.kuteng.behaviour;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class StrangersMessageRabbitMQIT extends StrangersMessageBehaviour {}
