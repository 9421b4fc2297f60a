package org.kuteng.work;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class HandedBackRabbitMQIT extends HandedBackBehaviour {}
