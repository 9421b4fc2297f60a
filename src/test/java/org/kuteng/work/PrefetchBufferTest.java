package org.kuteng.work;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PrefetchBufferTest {
    private final List<PrefetchBuffer> asleep = new CopyOnWriteArrayList<>();
    private final BufferedBytes bytes = new BufferedBytes(Long.MAX_VALUE);
    private final PrefetchBuffer messages = new PrefetchBuffer(Integer.MAX_VALUE, bytes, asleep::add);
    private final Delivery a = delivery();
    private final Delivery b = delivery();
    private final Delivery c = delivery();

    private static Delivery delivery() {
        return new Delivery("queue", "queue", null, null, new byte[10]);
    }

    /** A thread that takes what there is until the end. */
    private static final class Taker extends Thread {
        private final PrefetchBuffer from;
        private final List<Delivery> taken = new CopyOnWriteArrayList<>();

        Taker(PrefetchBuffer from) {
            this.from = from;
            setDaemon(true);
            start();
        }

        @Override
        public void run() {
            try {
                for (Delivery next = from.take(); next != null; next = from.take()) {
                    taken.add(next);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        void awaitSleep() {
            await().until(() -> getState() == State.WAITING);
        }
    }

    @Test
    void theyAreTakenInTheirOrderButForThoseThatComeFirst() throws InterruptedException {
        assertTrue(messages.put(a, false));
        assertTrue(messages.put(b, false));
        assertTrue(messages.put(c, true));

        assertEquals(3, messages.size());
        assertSame(c, messages.take());
        assertSame(a, messages.take());
        assertSame(b, messages.take());
        assertEquals(List.of(), asleep, "nobody slept");
    }

    @Test
    void whoSleepsIsToldOfOnceAndTakesAllWhenWoken() throws InterruptedException {
        Taker taker = new Taker(messages);
        taker.awaitSleep();

        messages.put(a, false);
        messages.put(b, false);
        assertEquals(List.of(messages), asleep);
        assertEquals(List.of(), taker.taken);
        messages.wake();
        await().until(() -> taker.taken.size() == 2);
        taker.awaitSleep();
        messages.put(c, false);
        messages.wake();

        await().until(() -> taker.taken.equals(List.of(a, b, c)));
        assertEquals(List.of(messages, messages), asleep);
        messages.end();
        taker.join();
    }

    @Test
    void afterTheEndWhatIsThereIsTakenAndNothingLetIn() throws InterruptedException {
        messages.put(a, false);
        messages.end();

        assertFalse(messages.put(b, false));
        assertSame(a, messages.take());
        assertNull(messages.take());
    }

    @Test
    void theEndWakesWhoSleeps() throws InterruptedException {
        Taker taker = new Taker(messages);
        taker.awaitSleep();

        messages.end();

        taker.join();
        assertEquals(List.of(), taker.taken);
    }

    @Test
    void whatIsClearedIsHandedOutAndCannotBeTaken() throws InterruptedException {
        messages.put(a, false);
        messages.put(b, false);

        assertEquals(List.of(a, b), messages.endAndClear());
        assertNull(messages.take());
        assertFalse(messages.put(c, true));
    }

    @Test
    void aFullOneLetsWaitAndWakesWhoMakesRoom() throws Exception {
        PrefetchBuffer small = new PrefetchBuffer(2, bytes, asleep::add);
        Taker taker = new Taker(small);
        taker.awaitSleep();

        // nobody wakes him but the one who finds it full
        CompletableFuture<List<Boolean>> put = CompletableFuture.supplyAsync(() -> {
            List<Boolean> letIn = new ArrayList<>();
            try {
                for (Delivery each : List.of(a, b, c)) {
                    letIn.add(small.put(each, false));
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return letIn;
        });

        assertEquals(List.of(true, true, true), put.get());
        await().until(() -> {
            small.wake();
            return taker.taken.equals(List.of(a, b, c));
        });
        small.end();
        taker.join();
    }

    @Test
    void theEndRefusesWhoWaitsForRoom() throws Exception {
        PrefetchBuffer small = new PrefetchBuffer(1, bytes, asleep::add);
        small.put(a, false);
        Thread[] putting = new Thread[1];
        CompletableFuture<Boolean> put = CompletableFuture.supplyAsync(() -> {
            putting[0] = Thread.currentThread();
            try {
                return small.put(b, false);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> putting[0] != null && putting[0].getState() == Thread.State.TIMED_WAITING);

        small.end();

        assertFalse(put.get());
        assertSame(a, small.take());
        assertNull(small.take());
    }
}
