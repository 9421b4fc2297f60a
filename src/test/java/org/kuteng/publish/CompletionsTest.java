package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CompletionsTest {
    private static final int THREADS = 3;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Set<Integer> told = ConcurrentHashMap.newKeySet();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void eachIsToldOnceWhatBecameOfIt() {
        Exception why = new SendFailedException(SendFailedException.Kind.RETURNED, "returned", null);
        List<Exception> failures = new ArrayList<>();
        Unconfirmed lucky = message(failures::add);
        Unconfirmed unlucky = message(failures::add);
        unlucky.failure = why;

        new Completions(Runnable::run).tell(List.of(lucky, unlucky));

        assertEquals(2, failures.size());
        assertEquals(1, failures.stream().filter(failure -> failure == null).count());
        assertSame(
                why,
                failures.stream().filter(failure -> failure != null).findAny().orElseThrow());
    }

    @Test
    void whoTakesLongHoldsUpOnlyOneThread() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(THREADS - 1);
        List<Unconfirmed> batch = IntStream.range(0, 100)
                .mapToObj(number -> message(failure -> {
                    if (number % 50 == 0) {
                        busy.countDown();
                        awaitEnd(end);
                    }
                    told.add(number);
                }))
                .toList();

        new Completions(threads).tell(batch);

        busy.await(10, TimeUnit.SECONDS);
        await().until(() -> told.size() == 98);
        end.countDown();
        await().until(() -> told.size() == 100);
    }

    @Test
    void whoThrowsHoldsUpNobody() {
        new Completions(threads)
                .tell(List.of(
                        message(failure -> {
                            throw new IllegalStateException("a fault of what follows");
                        }),
                        message(failure -> told.add(1)),
                        message(failure -> told.add(2))));

        await().until(() -> told.equals(Set.of(1, 2)));
    }

    @Test
    void atTheEndOfTheProgramTheCallerTellsThemItself() {
        threads.shutdown();
        Unconfirmed first = message(failure -> {
            assertNull(failure);
            told.add(1);
        });

        new Completions(threads).tell(List.of(first, message(failure -> told.add(2))));

        assertEquals(Set.of(1, 2), told);
    }

    @Test
    void ifTheProgramEndsMeanwhileNoneIsForgotten() {
        boolean[] first = {true};
        Completions completions = new Completions(task -> {
            if (!first[0]) {
                throw new RejectedExecutionException();
            }
            first[0] = false;
            task.run();
        });

        completions.tell(IntStream.range(0, 10)
                .mapToObj(number -> message(failure -> told.add(number)))
                .toList());

        assertEquals(10, told.size());
    }

    private static void awaitEnd(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Unconfirmed message(SendCallback callback) {
        return new Unconfirmed(new OutgoingMessage("", "kuteng", true, new BasicProperties(), new byte[0]), callback);
    }
}
