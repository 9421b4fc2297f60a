package org.kuteng.once;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class RecentKeysTest {
    private Instant now = Instant.EPOCH;

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneId.of("UTC");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    private final RecentKeys keys = new RecentKeys(3, Duration.ofMinutes(1), clock);

    private static MessageKey key(String id) {
        return MessageKey.of("q", id);
    }

    @Test
    void theOldestGoWhenThereIsNoRoom() {
        for (int i = 0; i < 5; i++) {
            keys.add(key("k" + i));
        }
        assertEquals(3, keys.size());
        assertNull(keys.doneAt(key("k1")));
        assertNotNull(keys.doneAt(key("k2")));
    }

    @Test
    void aKeyIsForgottenAfterItsTime() {
        keys.add(key("a"));
        now = now.plusSeconds(60);
        assertEquals(Instant.EPOCH, keys.doneAt(key("a")));
        now = now.plusMillis(1);
        assertNull(keys.doneAt(key("a")));
        assertEquals(0, keys.size());
    }

    @Test
    void theQueueBelongsToTheKey() {
        keys.add(MessageKey.of("q", "a"));
        assertNull(keys.doneAt(MessageKey.of("r", "a")));
    }

    @Test
    void aKeyThatTheColumnWouldNotHoldIsReplacedByItsHash() {
        String longest = "x".repeat(MessageKey.MAX_LENGTH);
        assertEquals(longest, key(longest).id());
        assertEquals("sha256:".length() + 64, key(longest + "x").id().length());
        assertNotEquals(key(longest + "x"), key(longest + "y"));
        assertEquals(key("a\0"), key("a\0"));
        assertNotEquals(key("a\0"), key("a"));
    }
}
