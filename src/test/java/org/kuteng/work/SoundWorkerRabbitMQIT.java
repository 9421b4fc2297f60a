package org.kuteng.work;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class SoundWorkerRabbitMQIT extends SoundWorkerBehaviour {}
