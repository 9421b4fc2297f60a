package org.kuteng.behaviour;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class KeptStepsKillRabbitMQIT extends KeptStepsKillBehaviour {}
