package org.kuteng.work;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kuteng.failure.RetrySettings;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** Work that fails waits in the broker, and holds up nobody behind it. */
abstract class OvertakingBehaviour {
    private static final String QUEUE = "overtaking";
    private static final int EACH = 20;

    @AfterEach
    void deleteQueues(TestBroker broker) {
        RunningWorker.allQueues(QUEUE, "1h").forEach(broker::deleteQueue);
    }

    @Test
    void healthyMessagesAreDoneWhileThoseBeforeThemWaitForTheirNextAttempt(TestBroker broker) throws Exception {
        Queue<String> done = new ConcurrentLinkedQueue<>();
        // far longer than any test
        var retries = new RetrySettings(List.of(Duration.ofHours(1)), List.of(), RetrySettings.DEFAULT_CRASHES);
        try (PlainClient client = broker.client()) {
            client.declareDurable(QUEUE);
            client.publish(QUEUE, "fails ", EACH);
            client.publish(QUEUE, "healthy ", EACH);
            // prefetch 2: if a message that failed held its place, the third would stand still
            try (RunningWorker worker =
                    RunningWorker.start(broker, RunningWorker.failures(retries), QUEUE, 2, exchange -> {
                        String body = exchange.getMessage().getBody(String.class);
                        if (body.startsWith("fails")) {
                            throw new IllegalStateException(body);
                        }
                        done.add(body);
                    })) {
                await().until(() -> done.size() == EACH && client.messages(QUEUE + ".retry.1h") == EACH);
            }
            assertEquals(IntStream.range(0, EACH).mapToObj(i -> "healthy " + i).toList(), List.copyOf(done));
            assertEquals(0, client.messages(QUEUE));
        }
    }
}
