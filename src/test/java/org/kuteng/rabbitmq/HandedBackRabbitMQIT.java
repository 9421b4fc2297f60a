package org.kuteng.rabbitmq;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class HandedBackRabbitMQIT extends HandedBackBehaviour {}
