package org.kuteng.chaos;

import java.util.stream.Stream;
import org.kuteng.chaos.FullQueuePlan.Place;
import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class FullQueueEmbeddedIT extends FullQueueBehaviour {
    static Stream<FullQueuePlan> plans() {
        return Stream.of(Place.values()).map(place -> FullQueuePlan.small(place, "durable"));
    }
}
