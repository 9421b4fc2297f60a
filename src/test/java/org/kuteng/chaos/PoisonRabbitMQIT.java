package org.kuteng.chaos;

import org.junit.jupiter.api.Tag;
import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
@Tag(OnRabbitMQ.ANY_VERSION)
class PoisonRabbitMQIT extends PoisonBehaviour {}
