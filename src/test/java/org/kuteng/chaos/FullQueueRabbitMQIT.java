package org.kuteng.chaos;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.kuteng.chaos.FullQueuePlan.Place;
import org.kuteng.testing.OnRabbitMQ;

@OnRabbitMQ
@Tag(OnRabbitMQ.ANY_VERSION)
class FullQueueRabbitMQIT extends FullQueueBehaviour {
    static Stream<FullQueuePlan> plans() {
        return Stream.of("durable", "quorum")
                .flatMap(type -> Stream.of(Place.values()).map(place -> FullQueuePlan.small(place, type)));
    }
}
