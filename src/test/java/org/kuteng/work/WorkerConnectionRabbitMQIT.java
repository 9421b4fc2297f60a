package org.kuteng.work;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kuteng.broker.Queues;
import org.kuteng.rabbitmq.WorkQueueSettings;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

@OnRabbitMQ
@Tag(OnRabbitMQ.ANY_VERSION)
class WorkerConnectionRabbitMQIT extends WorkerConnectionBehaviour {
    /** Given back while it consumes, a message comes again at once: up to RabbitMQ 4.2 each time counts. */
    @Test
    void whatComesWhileAWorkerStopsIsGivenBackOnce(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client()) {
            client.declare(QUEUE, true, Map.of(Queues.X_QUEUE_TYPE, Queues.QUORUM));
            try (RunningWorker running =
                    start(broker.uri(), WorkQueueSettings.DEFAULTS, 1, "50&autoDeclare=false", "worker")) {
                client.publish(QUEUE, "hangs ", 1);
                await().until(() -> begun.size() == 1);
                WorkerConsumer worker = running.worker("worker");

                worker.stopTaking();
                client.publish(QUEUE, "message ", LEFT);

                await().until(() -> client.messages(QUEUE) == LEFT);
                hanging.countDown();
            }
            for (int i = 0; i < LEFT; i++) {
                GetResponse message = client.channel().basicGet(QUEUE, true);
                Map<String, Object> headers = message.getProps().getHeaders();
                Object returns = headers == null ? null : headers.get("x-delivery-count");
                assertTrue(returns == null || ((Number) returns).intValue() <= 1, String.valueOf(headers));
            }
        }
    }
}
