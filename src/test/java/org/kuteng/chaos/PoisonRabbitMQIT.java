package org.kuteng.chaos;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class PoisonRabbitMQIT extends PoisonBehaviour {}
