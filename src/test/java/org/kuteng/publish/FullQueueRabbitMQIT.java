package org.kuteng.publish;

import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.TestBroker;

@OnRabbitMQ
@Tag(OnRabbitMQ.ANY_VERSION)
class FullQueueRabbitMQIT extends FullQueueBehaviour {

    @Test
    void aSendToAFullQuorumQueueIsDoneOnlyIfTheBrokerHasTheMessage(TestBroker broker) throws Exception {
        nothingIsLostInAFullQueue(broker, Map.of("x-queue-type", "quorum"));
    }
}
