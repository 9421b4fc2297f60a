package org.kuteng.once;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;

/** The keys of the messages that workers of this process have in hand; there are no more than consumers. */
final class KeysInHand {
    private final ConcurrentMap<MessageKey, CountDownLatch> held = new ConcurrentHashMap<>();

    /** Takes a key; waits while another message with the same key is in hand. */
    void take(MessageKey key) throws InterruptedException {
        CountDownLatch own = new CountDownLatch(1);
        for (CountDownLatch other = held.putIfAbsent(key, own); other != null; other = held.putIfAbsent(key, own)) {
            other.await();
        }
    }

    /** Lets the next one have it. */
    void release(MessageKey key) {
        held.remove(key).countDown();
    }
}
