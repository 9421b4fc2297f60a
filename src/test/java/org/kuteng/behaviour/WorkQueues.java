package org.kuteng.behaviour;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.kuteng.broker.Queues;
import org.kuteng.failure.RetrySettings;
import org.kuteng.testing.TestBroker;

/** Takes work queues away after a test, with the queues of failed work that belong to them. */
final class WorkQueues {
    private WorkQueues() {}

    /** @param otherDelays of retries, besides the default ones */
    static void delete(TestBroker broker, String queue, Duration... otherDelays) {
        Stream<String> retries = Stream.concat(RetrySettings.DEFAULT_DELAYS.stream(), Stream.of(otherDelays))
                .map(delay -> Queues.retryName(queue, delay));
        Stream<String> others = Stream.of(Queues.deadName(queue), Queues.redeliveredName(queue), queue);
        // Qpid ends the connection of whoever deletes a queue that another one leads to
        List<String> sourcesFirst = Stream.concat(retries, others).toList();
        for (String name : sourcesFirst) {
            try {
                broker.deleteQueue(name);
            } catch (UncheckedIOException e) {
                // Qpid's answer for a queue that is not there
            }
        }
    }
}
