package org.kuteng.work;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.DefaultConsumer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kuteng.failure.RetrySettings;
import org.kuteng.rabbitmq.WorkQueueSettings;
import org.kuteng.testing.CapturedLog;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBroker;

/**
 * Two things at once: a connection that breaks, a stop or a message, while the consumers of a worker are being opened, or
 * opened again with another prefetch count; and what comes while a worker stops.
 */
@Timeout(60)
abstract class WorkerConnectionBehaviour {
    static final String QUEUE = "worker-connection";
    private static final int CONSUMERS = 10;
    private static final int MANY_CONSUMERS = 40;
    private static final int MESSAGES = 100;
    private static final int MANY_MESSAGES = 4_000;

    /** More than a consumer begins with. */
    private static final int LARGE_PREFETCH = 100;

    private static final int BUSY_THREADS = 8;
    private static final Duration A_WHILE = Duration.ofSeconds(1);

    private static final int DONE = 10;
    static final int LEFT = 3;
    private static final Duration A_LONG_TIME = Duration.ofMinutes(5);

    final Queue<String> begun = new ConcurrentLinkedQueue<>();
    final CountDownLatch hanging = new CountDownLatch(1);

    @AfterEach
    void deleteQueues(TestBroker broker) {
        RunningWorker.allQueues(QUEUE, "1s").forEach(broker::deleteQueue);
    }

    /** Told late, the loss of one connection took the consumers of the next one along. */
    @RepeatedTest(4)
    void aConnectionThatBreaksWhileARouteStartsLeavesAsManyConsumersAsWereAskedFor(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client();
                TcpProxy proxy = TcpProxy.to(broker)) {
            client.declareDurable(QUEUE);
            AtomicBoolean started = new AtomicBoolean();
            Thread cutter = new Thread(() -> {
                while (client.consumers(QUEUE) < 2 && !started.get()) {
                    Thread.onSpinWait();
                }
                proxy.cut();
            });
            cutter.start();
            try (RunningWorker worker = start(proxy.uri(), CONSUMERS, "worker")) {
                started.set(true);
                cutter.join();
                await().until(() -> worker.worker("worker").activeConsumers() == CONSUMERS);
                await().during(A_WHILE).until(() -> client.consumers(QUEUE) == CONSUMERS);
            }
        }
    }

    @Test
    void aStopThatComesWhileConsumersAreOpenedReachesAllOfThem(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client();
                TcpProxy proxy = TcpProxy.to(broker);
                RunningWorker running = start(proxy.uri(), MANY_CONSUMERS, "worker")) {
            WorkerConsumer worker = running.worker("worker");
            await().until(() -> worker.activeConsumers() == MANY_CONSUMERS);
            proxy.cut();
            while (worker.activeConsumers() == MANY_CONSUMERS) {
                Thread.onSpinWait();
            }
            while (worker.activeConsumers() < 3) {
                Thread.onSpinWait();
            }

            worker.stopTaking();

            await().until(worker::isIdle);
            client.publish(QUEUE, "message ", MESSAGES);
            await().during(A_WHILE).until(() -> client.messages(QUEUE) == MESSAGES);
            assertEquals(List.of(), List.copyOf(begun));
        }
    }

    /** What waits for the broker to take a retry is no reason for a consumer to stay away. */
    @Test
    void aMessageThatIsHeldBackHoldsUpNothingElse(TestBroker broker) throws Exception {
        try (RunningWorker running = start(broker.uri(), 1, "worker")) {
            WorkerConnection connection = running.worker("worker").connection();
            CountDownLatch blocked = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            CountDownLatch ran = new CountDownLatch(1);
            connection.laterOrStopped(
                    () -> {
                        blocked.countDown();
                        awaitUninterrupted(release);
                    },
                    () -> {},
                    Duration.ofMillis(1));
            blocked.await();

            connection.later(ran::countDown, 0);

            assertTrue(ran.await(10, TimeUnit.SECONDS));
            release.countDown();
        }
    }

    /** Another route on the same queue needs what it declared, though the first one was suspended before it was stopped. */
    @Test
    void aRouteThatIsSuspendedAndStoppedTakesNothingFromTheOthers(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client();
                RunningWorker running = start(broker.uri(), 1, "first", "second")) {
            running.worker("first")
                    .getRoute()
                    .getCamelContext()
                    .getRouteController()
                    .suspendRoute("first");
            running.worker("second")
                    .getRoute()
                    .getCamelContext()
                    .getRouteController()
                    .stopRoute("first");
            broker.deleteQueue(QUEUE + ".retry.1s");

            client.publish(QUEUE, "fails once ", 1);

            await().until(() -> begun.size() == 2);
        }
    }

    /** Acknowledgements that are under way can be lost when the channel closes: the broker's answer comes after them. */
    @Test
    void aStopWaitsForTheBrokerToEndConsuming(TestBroker broker) throws Exception {
        try (TcpProxy proxy = TcpProxy.to(broker);
                RunningWorker running = start(proxy.uri(), 1, "worker")) {
            WorkerConsumer worker = running.worker("worker");
            proxy.freeze();
            long since = System.nanoTime();

            worker.stopTaking();

            await().until(worker::isIdle);
            assertTrue(System.nanoTime() - since >= TimeUnit.SECONDS.toNanos(WorkerChannel.CANCEL_TIMEOUT_SECONDS));
            proxy.thaw();
        }
    }

    /** A larger prefetch count is asked for by consuming anew: the queue must not be without a consumer meanwhile. */
    @Test
    void aQueueThatDeletesItselfWithItsLastConsumerLosesNothing(TestBroker broker) throws Exception {
        try (PlainClient client = broker.client();
                CapturedLog log = new CapturedLog("worker")) {
            try (RunningWorker running = start(
                    broker.uri(),
                    WorkQueueSettings.DEFAULTS,
                    1,
                    LARGE_PREFETCH + "&arg.queue.autoDelete=true",
                    "worker")) {
                client.publish(QUEUE, "message ", MESSAGES);
                await().until(() -> begun.size() == MESSAGES);
            }
            assertEquals(List.of(), log.lines());
            // as after any other test
            client.declareDurable(QUEUE);
        }
    }

    @Test
    void aWorkerThatHasItsQueueForItselfNeverLetsAnotherOneIn(TestBroker broker) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicBoolean let = new AtomicBoolean();
        try (PlainClient client = broker.client();
                RunningWorker running = start(
                        broker.uri(), WorkQueueSettings.DEFAULTS, 1, LARGE_PREFETCH + "&exclusive=true", "worker")) {
            Thread other = new Thread(() -> {
                while (!over.get()) {
                    let.compareAndSet(false, canConsume(broker));
                }
            });
            other.start();
            client.publish(QUEUE, "message ", MESSAGES);
            await().until(() -> begun.size() == MESSAGES);
            over.set(true);
            other.join();
            assertFalse(let.get());
        } finally {
            over.set(true);
        }
    }

    /** On a connection of its own, which a no may close. */
    private static boolean canConsume(TestBroker broker) {
        try (PlainClient client = broker.client()) {
            client.channel().basicConsume(QUEUE, new DefaultConsumer(client.channel()));
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** Acknowledgements wait for more of them; a worker that cannot wait sends those that it has. */
    @Test
    void whatIsDoneStaysDoneWhenAStopIsCutShort(TestBroker broker) throws Exception {
        WorkQueueSettings defaults = WorkQueueSettings.DEFAULTS;
        WorkQueueSettings patient = new WorkQueueSettings(
                defaults.queueType(),
                defaults.singleActiveConsumer(),
                defaults.acknowledgeMode(),
                new AckSettings(MESSAGES, A_LONG_TIME),
                defaults.confirm(),
                defaults.confirmTimeout(),
                defaults.confirmWindow(),
                defaults.sendAgain(),
                defaults.confirmEach(),
                defaults.stopTimeout(),
                defaults.virtualThreads());
        try (PlainClient client = broker.client();
                RunningWorker running = start(broker.uri(), patient, 1, String.valueOf(LARGE_PREFETCH), "worker")) {
            client.publish(QUEUE, "message ", DONE);
            await().until(() -> begun.size() == DONE);
            client.publish(QUEUE, "hangs ", 1);
            client.publish(QUEUE, "message ", LEFT);
            await().until(() -> running.worker("worker").buffered() == LEFT);
            WorkerConsumer worker = running.worker("worker");

            worker.stopTaking();
            worker.leave();

            await().until(() -> client.messages(QUEUE) == 1 + LEFT);
            hanging.countDown();
        }
    }

    /** What came before the start that it consumes asked for a larger prefetch count in vain. */
    @RepeatedTest(3)
    void messagesThatComeBeforeTheStartIsAnsweredEndNoConsumer(TestBroker broker) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> busy = Stream.generate(() -> new Thread(() -> {
                    while (!over.get()) {
                        Thread.onSpinWait();
                    }
                }))
                .limit(BUSY_THREADS)
                .toList();
        try (PlainClient client = broker.client();
                CapturedLog log = new CapturedLog("worker")) {
            client.declareDurable(QUEUE);
            client.publish(QUEUE, "message ", MANY_MESSAGES);
            busy.forEach(Thread::start);
            try (RunningWorker running = start(broker.uri(), MANY_CONSUMERS, LARGE_PREFETCH, "worker")) {
                await().until(() -> begun.size() >= MANY_MESSAGES);
                await().until(() -> running.worker("worker").activeConsumers() == MANY_CONSUMERS);
            }
            assertEquals(List.of(), log.lines());
            assertEquals(MANY_MESSAGES, begun.size());
        } finally {
            over.set(true);
        }
    }

    private RunningWorker start(String uri, int consumers, String... routes) throws Exception {
        return start(uri, consumers, 1, routes);
    }

    private RunningWorker start(String uri, int consumers, int prefetch, String... routes) throws Exception {
        return start(uri, WorkQueueSettings.DEFAULTS, consumers, String.valueOf(prefetch), routes);
    }

    /** @param prefetch and further options */
    final RunningWorker start(String uri, WorkQueueSettings settings, int consumers, String prefetch, String... routes)
            throws Exception {
        RetrySettings retries =
                new RetrySettings(List.of(Duration.ofSeconds(1)), List.of(), RetrySettings.DEFAULT_CRASHES);
        return RunningWorker.start(uri, RunningWorker.failures(retries), settings, new RouteBuilder() {
            @Override
            public void configure() {
                for (String route : routes) {
                    from("spring-rabbitmq:default?queues=" + QUEUE + "&prefetchCount=" + prefetch
                                    + "&concurrentConsumers=" + consumers)
                            .routeId(route)
                            .process(exchange -> {
                                String text = exchange.getMessage().getBody(String.class);
                                boolean again = begun.contains(text);
                                begun.add(text);
                                if (text.startsWith("hangs")) {
                                    hanging.await();
                                }
                                if (text.startsWith("fails once") && !again) {
                                    throw new IllegalStateException("fails once");
                                }
                            });
                }
            }
        });
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // the end of the worker
            }
        }
    }
}
