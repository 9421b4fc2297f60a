package org.kuteng.work.steps;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class LastSendRabbitMQIT extends LastSendBehaviour {}
