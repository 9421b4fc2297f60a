package org.kuteng.rabbitmq;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kuteng.broker.QueueType;
import org.kuteng.publish.FakeBroker;
import org.kuteng.publish.OutgoingMessage;
import org.kuteng.work.AckSettings;

class WorkQueueComponentTest {
    /** More than Camel's pools take before the one who hands over has to run a task himself. */
    private static final int MANY = 3_000;

    @Test
    @Timeout(30)
    void whoReadsFromTheBrokerNeverRunsWhatARouteDoesAfterASend() throws Exception {
        FakeBroker broker = new FakeBroker();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("broker", broker);
            context.getRegistry()
                    .bind(
                            "settings",
                            new WorkQueueSettings(
                                    QueueType.DURABLE,
                                    false,
                                    WorkQueueSettings.DEFAULTS.acknowledgeMode(),
                                    AckSettings.DEFAULTS,
                                    true,
                                    Duration.ofSeconds(20),
                                    MANY,
                                    true,
                                    false,
                                    Duration.ZERO,
                                    false));
            WorkQueueComponent component = new WorkQueueComponent();
            context.addComponent("spring-rabbitmq", component);
            context.start();
            Thread reader = Thread.currentThread();
            CountDownLatch slowSteps = new CountDownLatch(1);
            AtomicInteger told = new AtomicInteger();
            AtomicInteger byReader = new AtomicInteger();
            for (int i = 0; i < MANY; i++) {
                component
                        .publisher()
                        .send(new OutgoingMessage("", "kuteng", true, new BasicProperties(), new byte[0]), failure -> {
                            if (Thread.currentThread() == reader) {
                                byReader.incrementAndGet();
                            } else {
                                waitFor(slowSteps);
                            }
                            told.incrementAndGet();
                        });
            }

            broker.last().ack(MANY, true);

            assertEquals(0, byReader.get());
            slowSteps.countDown();
            await().until(() -> told.get() == MANY);
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
