package org.kuteng.once;

import java.time.Instant;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.kuteng.work.Delivery;
import org.kuteng.work.OnceOnly.Claim;
import org.kuteng.work.OnceOnly.Guard;

/** Keeps the keys in this process: what another one does, or did before a restart, is not known. */
final class MemoryGuard implements Guard {
    private final KeySource keys;
    private final KeysInHand inHand;
    private final RecentKeys recent;
    private final Skipped skipped;

    MemoryGuard(KeySource keys, KeysInHand inHand, RecentKeys recent, Skipped skipped) {
        this.keys = keys;
        this.inHand = inHand;
        this.recent = recent;
        this.skipped = skipped;
    }

    @Override
    public Optional<Claim> claim(Exchange exchange, Delivery delivery) throws InterruptedException {
        MessageKey key = keys.of(exchange, delivery);
        inHand.take(key);
        Instant before = recent.doneAt(key);
        if (before != null) {
            inHand.release(key);
            skipped.add(key, () -> before);
            return Optional.empty();
        }
        return Optional.of(new MemoryClaim(key));
    }

    @Override
    public void close() {
        // nothing is held but what is in hand
    }

    private final class MemoryClaim implements Claim {
        private final MessageKey key;

        MemoryClaim(MessageKey key) {
            this.key = key;
        }

        @Override
        public void keep() {
            recent.add(key);
            inHand.release(key);
        }

        @Override
        public void giveBack() {
            inHand.release(key);
        }
    }
}
