package org.kuteng.once;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The keys of the messages that were done last, as many as there is room for; the oldest go first. */
final class RecentKeys {
    private final Duration retention;
    private final Clock clock;
    private final Map<MessageKey, Long> doneAt;

    RecentKeys(int room, Duration retention, Clock clock) {
        this.retention = retention;
        this.clock = clock;
        this.doneAt = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<MessageKey, Long> eldest) {
                return size() > room;
            }
        };
    }

    synchronized void add(MessageKey key) {
        doneAt.put(key, clock.millis());
    }

    /** When the message was done; null if it was not, or too long ago. */
    synchronized Instant doneAt(MessageKey key) {
        Long at = doneAt.get(key);
        if (at == null) {
            return null;
        }
        if (clock.millis() - at > retention.toMillis()) {
            doneAt.remove(key);
            return null;
        }
        return Instant.ofEpochMilli(at);
    }

    synchronized int size() {
        return doneAt.size();
    }
}
