package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kuteng.testing.ConsumerInfo;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** Only RabbitMQ minds the arguments of a queue that is there already. */
@OnRabbitMQ
class ReloadRabbitMQIT extends ReloadBehaviour {
    @Test
    void aRouteThatDeclaresItsQueueOtherwiseIsPutBack(TestBroker broker) {
        try (PlainClient client = broker.client()) {
            client.declare(OTHER, true, Map.of("x-max-length", 10));
        }
        write("one.camel.yaml", worker("one", QUEUE, "one"));
        KutengProcess run = run(broker.uri());
        run.awaitLine("Waiting for messages");
        after(
                run,
                "reload +ERROR queue '" + OTHER + "' at .* exists with other arguments: x-max-length",
                () -> write("one.camel.yaml", worker("one", OTHER, "one")));
        run.awaitLine("what ran before runs again$");
        await().until(() -> List.of("one#1").equals(consumers(broker)));
        assertEquals(1, run.lines(" ERROR ").size(), run.toString());

        after(run, "no route has changed$", () -> write("one.camel.yaml", worker("one", QUEUE, "one")));
        after(run, "reload +swapped one in ", () -> write("one.camel.yaml", worker("one", QUEUE, "uno")));
        await().until(() -> List.of("one#1").equals(consumers(broker)));
    }

    private static List<String> consumers(TestBroker broker) {
        return broker.consumers(QUEUE).stream().map(ConsumerInfo::tag).toList();
    }
}
