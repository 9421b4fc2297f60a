package org.kuteng.once;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class LockRabbitMQIT extends LockBehaviour {}
