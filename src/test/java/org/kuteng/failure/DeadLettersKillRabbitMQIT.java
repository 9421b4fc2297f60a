package org.kuteng.failure;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class DeadLettersKillRabbitMQIT extends DeadLettersKillBehaviour {}
