package org.kuteng.command;

import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
class BenchJobsRabbitMQIT extends BenchJobsBehaviour {}
