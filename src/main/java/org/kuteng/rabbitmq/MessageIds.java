package org.kuteng.rabbitmq;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ids for messages: random UUIDs that are counted up, so that not each one asks the operating system for random bytes.
 * Two processes have the same id as seldom as two random UUIDs are the same.
 */
final class MessageIds {
    /** The bits of the lower half that are not the variant of a UUID. */
    private static final long COUNTED = -1L >>> 2;

    private static final long VARIANT = 1L << 63;

    private final long upper;
    private final AtomicLong lower;

    /** Begins at a random place. */
    MessageIds() {
        this(UUID.randomUUID());
    }

    MessageIds(UUID first) {
        upper = first.getMostSignificantBits();
        lower = new AtomicLong(first.getLeastSignificantBits());
    }

    String next() {
        return new UUID(upper, lower.getAndIncrement() & COUNTED | VARIANT).toString();
    }
}
