package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kuteng.broker.QueueType;
import org.kuteng.testing.DeliveryLedger;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBroker;

/** How workers share, hold, lose and find again. */
abstract class WorkerBehaviour {
    static final String QUEUE = "of-the-workers";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @AfterEach
    void deleteQueue(TestBroker broker) {
        broker.deleteQueue(QUEUE);
    }

    @Test
    void withPrefetch1AQuickWorkerTakesWhatASlowOneCannot(TestBroker broker) throws Exception {
        ConcurrentLinkedQueue<String> slow = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<String> quick = new ConcurrentLinkedQueue<>();
        CountDownLatch slowWorkEnds = new CountDownLatch(1);
        try (PlainClient client = broker.client();
                CamelOnBroker camel = CamelOnBroker.at(broker.uri()).worker("slow", QUEUE, "&prefetchCount=1", text -> {
                    slow.add(text);
                    slowWorkEnds.await();
                })) {
            client.publish(QUEUE, "first ", 1);
            await().until(() -> slow.size() == 1);
            camel.worker("quick", QUEUE, "&prefetchCount=1", quick::add);
            client.publish(QUEUE, "message ", 20);

            await().until(() -> quick.size() == 20);
            slowWorkEnds.countDown();
        }
        assertEquals(List.of("first 0"), List.copyOf(slow));
        assertEquals(messages(20), Set.copyOf(quick));
    }

    @Test
    void tenConcurrentConsumersWorkAtTheSameTimeHoweverFewCoresThereAre(TestBroker broker) throws Exception {
        CountDownLatch together = new CountDownLatch(10);
        AtomicBoolean met = new AtomicBoolean(true);
        try (PlainClient client = broker.client();
                CamelOnBroker camel = CamelOnBroker.at(broker.uri())
                        .worker("ten", QUEUE, "&prefetchCount=1&concurrentConsumers=10", text -> {
                            together.countDown();
                            met.compareAndSet(true, together.await(10, TimeUnit.SECONDS));
                        })) {
            assertEquals(10, camel.workers().get(0).activeConsumers());
            client.publish(QUEUE, "message ", 10);
            assertTrue(together.await(20, TimeUnit.SECONDS), together + " of 10 have not begun");
        }
        assertTrue(met.get());
    }

    @Test
    void aStoppedWorkerEndsWhatItHasInHandAndLeavesTheRestToOthersMeanwhile(TestBroker broker) throws Exception {
        ConcurrentLinkedQueue<String> begun = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<String> ended = new ConcurrentLinkedQueue<>();
        CountDownLatch workMayEnd = new CountDownLatch(1);
        try (PlainClient client = broker.client()) {
            CamelOnBroker camel = CamelOnBroker.at(broker.uri()).worker("stopped", QUEUE, "&prefetchCount=50", text -> {
                begun.add(text);
                workMayEnd.await();
                ended.add(text);
            });
            client.publish(QUEUE, "message ", 50);
            await().until(() -> begun.size() == 1);
            Thread stop = new Thread(camel::close, "stop");
            stop.start();

            Set<String> others = new HashSet<>();
            await().until(() -> {
                for (var next = client.getText(QUEUE); next.isPresent(); next = client.getText(QUEUE)) {
                    others.add(next.get());
                }
                return others.size() == 49;
            });
            assertTrue(stop.isAlive());
            workMayEnd.countDown();
            stop.join(PATIENCE.toMillis());

            assertEquals(0, broker.readyMessages(QUEUE));
            others.addAll(ended);
            assertEquals(messages(50), others);
        }
        assertEquals(1, begun.size());
    }

    @Test
    void aStopDoesNotWaitForABrokerThatIsAway(TestBroker broker) throws Exception {
        try (TcpProxy proxy = TcpProxy.to(broker)) {
            CamelOnBroker camel = CamelOnBroker.at(proxy.uri())
                    .worker("lonely", QUEUE, "&concurrentConsumers=3", text -> {})
                    .producer("sender", QUEUE);
            proxy.refuse();
            await().until(() -> camel.workers().get(0).activeConsumers() == 0);

            long begin = System.nanoTime();
            camel.close();
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            assertTrue(took.toSeconds() < 5, "stopping took " + took);
        }
    }

    @Test
    void workGoesOnAfterTheConnectionWasCutAndNothingIsLost(TestBroker broker) throws Exception {
        DeliveryLedger books = new DeliveryLedger();
        try (PlainClient client = broker.client();
                TcpProxy proxy = TcpProxy.to(broker);
                CamelOnBroker camel = CamelOnBroker.at(proxy.uri())
                        .worker("cut", QUEUE, "&prefetchCount=10&concurrentConsumers=3", books::done)) {
            for (int round = 0; round < 3; round++) {
                String body = "round " + round + " ";
                client.publish(QUEUE, body, 200);
                IntStream.range(0, 200).forEach(i -> books.confirmed(body + i));
                proxy.cut();
                await().atMost(PATIENCE).until(books::isSettled);
            }
            await().until(() -> camel.workers().get(0).activeConsumers() == 3);
            // what was in hand or sent ahead when the line was cut
            books.assertRepetitionsAtMost(3 * 3 * 10);
        }
    }

    @Test
    void whatAPublisherSendsArrivesThoughItsConnectionIsCut(TestBroker broker) throws Exception {
        DeliveryLedger books = new DeliveryLedger();
        try (TcpProxy proxy = TcpProxy.to(broker);
                CamelOnBroker worker = CamelOnBroker.at(broker.uri()).worker("direct", QUEUE, "", books::done);
                CamelOnBroker sender = CamelOnBroker.at(proxy.uri()).producer("sender", QUEUE)) {
            for (int i = 0; i < 100; i++) {
                if (i % 20 == 10) {
                    proxy.cut();
                }
                sender.send(QUEUE, "message " + i);
                books.confirmed("message " + i);
            }
            await().atMost(PATIENCE).until(books::isSettled);
            assertEquals(100, books.confirmedCount());
        }
    }

    @ParameterizedTest
    @EnumSource(QueueType.class)
    void theQueueIsDeclaredAlikeWhenTheProducerComesFirst(QueueType type, TestBroker broker) throws Exception {
        ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
        try (CamelOnBroker first = CamelOnBroker.at(broker.uri(), type).producer("producer", QUEUE)) {
            first.send(QUEUE, "waits for a worker");
            try (CamelOnBroker second =
                    CamelOnBroker.at(broker.uri(), type).worker("worker", QUEUE, "", received::add)) {
                await().until(() -> received.contains("waits for a worker"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(QueueType.class)
    void theQueueIsDeclaredAlikeWhenTheWorkerComesFirst(QueueType type, TestBroker broker) throws Exception {
        ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
        try (CamelOnBroker first = CamelOnBroker.at(broker.uri(), type).worker("worker", QUEUE, "", received::add);
                CamelOnBroker second = CamelOnBroker.at(broker.uri(), type).producer("producer", QUEUE)) {
            second.send(QUEUE, "is expected");
            await().until(() -> received.contains("is expected"));
        }
    }

    static Set<String> messages(int count) {
        return IntStream.range(0, count).mapToObj(i -> "message " + i).collect(Collectors.toSet());
    }
}
