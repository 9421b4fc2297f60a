package org.kuteng.work;

import org.junit.jupiter.api.Tag;
import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
@Tag(OnRabbitMQ.ANY_VERSION)
class WorkerConnectionRabbitMQIT extends WorkerConnectionBehaviour {}
