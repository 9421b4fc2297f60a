package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** As many concurrent consumers as work that waits for something else can use. */
@OnEmbeddedBroker
class ManyConsumersIT {
    private static final String QUEUE = "of-a-thousand";
    private static final int MANY = 1_000;
    private static final int PATIENCE_SECONDS = 60;

    @AfterEach
    void deleteQueue(TestBroker broker) {
        broker.deleteQueue(QUEUE);
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void aThousandMessagesAreInHandAtTheSameTimeOnVirtualThreads(TestBroker broker) throws Exception {
        assertAThousandAreInHandAtTheSameTime(broker, true);
    }

    @Test
    void aThousandMessagesAreInHandAtTheSameTimeOnThreadsOfTheSystem(TestBroker broker) throws Exception {
        assertAThousandAreInHandAtTheSameTime(broker, false);
    }

    private static void assertAThousandAreInHandAtTheSameTime(TestBroker broker, boolean virtual) throws Exception {
        CountDownLatch inHand = new CountDownLatch(MANY);
        Set<Boolean> kinds = ConcurrentHashMap.newKeySet();
        try (PlainClient client = broker.client();
                CamelOnBroker camel = CamelOnBroker.onThreads(broker.uri(), virtual)
                        .worker("many", QUEUE, "&prefetchCount=1&concurrentConsumers=" + MANY, text -> {
                            kinds.add(isVirtual(Thread.currentThread()));
                            inHand.countDown();
                            // no one ends before all have begun
                            inHand.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                        })) {
            assertEquals(MANY, camel.workers().get(0).activeConsumers());
            client.publish(QUEUE, "message ", MANY);

            assertTrue(inHand.await(PATIENCE_SECONDS, TimeUnit.SECONDS), () -> inHand.getCount() + " have not begun");
            assertEquals(Set.of(virtual), kinds);
            await().until(() -> broker.readyMessages(QUEUE) == 0);
        }
    }

    private static boolean isVirtual(Thread thread) {
        try {
            return (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
        } catch (NoSuchMethodException e) {
            // a Java that has none
            return false;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
