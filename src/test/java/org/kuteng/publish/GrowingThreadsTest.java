package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GrowingThreadsTest {
    private static final int BLOCKED = 10 * GrowingThreads.AT_WORK;

    private final GrowingThreads threads = new GrowingThreads("test");
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void close() {
        end.countDown();
        threads.close();
    }

    @Test
    void tasksThatBlockHoldUpNoOtherHoweverManyTheyAre() throws Exception {
        CountDownLatch blocked = new CountDownLatch(BLOCKED);
        for (int i = 0; i < BLOCKED; i++) {
            threads.execute(() -> {
                blocked.countDown();
                awaitUninterrupted(end);
            });
        }
        CountDownLatch done = new CountDownLatch(1);
        threads.execute(done::countDown);

        assertTrue(blocked.await(10, TimeUnit.SECONDS));
        assertTrue(done.await(10, TimeUnit.SECONDS));
    }

    @Test
    void aTaskThatWaitsForOneThatCameLaterDoesNotWaitForEver() throws Exception {
        CountDownLatch all = new CountDownLatch(BLOCKED);
        for (int i = 0; i < BLOCKED; i++) {
            threads.execute(() -> {
                CountDownLatch later = new CountDownLatch(1);
                threads.execute(later::countDown);
                awaitUninterrupted(later);
                all.countDown();
            });
        }

        assertTrue(all.await(20, TimeUnit.SECONDS));
    }

    @Test
    void whatOneConfirmationSettlesIsToldThoughEachSenderBlocks() throws Exception {
        CountDownLatch blocked = new CountDownLatch(BLOCKED);
        List<Unconfirmed> batch = IntStream.range(0, BLOCKED)
                .mapToObj(number -> new Unconfirmed(
                        new OutgoingMessage("", "kuteng", true, new BasicProperties(), new byte[0]), failure -> {
                            blocked.countDown();
                            awaitUninterrupted(end);
                        }))
                .toList();

        new Completions(threads).tell(batch);

        assertTrue(blocked.await(10, TimeUnit.SECONDS));
    }

    @Test
    void tasksThatDoNotBlockNeedOnlyAFewThreads() {
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 50_000; i++) {
            threads.execute(done::incrementAndGet);
        }

        await().until(() -> done.get() == 50_000);
        // on a busy machine a task may take long without blocking
        assertTrue(threads.size() <= 4 * GrowingThreads.AT_WORK, threads.size() + " threads");
    }

    @Test
    void anErrorOrAnInterruptOfOneTaskDoesNotReachTheNext() {
        AtomicInteger done = new AtomicInteger();
        AtomicBoolean interrupted = new AtomicBoolean();
        for (int i = 0; i < 10; i++) {
            threads.execute(() -> {
                Thread.currentThread().interrupt();
                throw new AssertionError("planted");
            });
            threads.execute(() -> {
                if (Thread.currentThread().isInterrupted()) {
                    interrupted.set(true);
                }
                done.incrementAndGet();
            });
        }

        await().until(() -> done.get() == 10);
        assertFalse(interrupted.get());
    }

    @Test
    void afterItsEndItTakesNothingMoreAndRunsWhatItHas() {
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            threads.execute(done::incrementAndGet);
        }
        threads.close();

        assertThrows(RejectedExecutionException.class, () -> threads.execute(done::incrementAndGet));
        await().until(() -> done.get() == 100);
        await().until(() -> threads.size() == 0);
        assertEquals(100, done.get());
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertTrue(latch.await(25, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
