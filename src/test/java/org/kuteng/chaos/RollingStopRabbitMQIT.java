package org.kuteng.chaos;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class RollingStopRabbitMQIT extends RollingStopBehaviour {}
