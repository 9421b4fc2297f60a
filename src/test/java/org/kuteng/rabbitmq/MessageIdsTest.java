package org.kuteng.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MessageIdsTest {
    private static final int MANY = 10_000;

    @Test
    void eachIdIsARandomUuidAndNoneComesTwice() {
        Set<String> seen = new HashSet<>();
        for (MessageIds ids : List.of(new MessageIds(), new MessageIds())) {
            IntStream.range(0, MANY).forEach(i -> seen.add(ids.next()));
        }

        assertEquals(2 * MANY, seen.size());
        for (String id : seen) {
            UUID uuid = UUID.fromString(id);
            assertEquals(4, uuid.version());
            assertEquals(2, uuid.variant());
        }
    }

    @Test
    void theCountGoesOnBehindItsLastNumber() {
        MessageIds ids = new MessageIds(UUID.fromString("11111111-1111-4111-bfff-ffffffffffff"));

        assertEquals("11111111-1111-4111-bfff-ffffffffffff", ids.next());
        assertEquals("11111111-1111-4111-8000-000000000000", ids.next());
    }

    @Test
    void twoProcessesBeginAtDifferentPlaces() {
        assertNotEquals(
                UUID.fromString(new MessageIds().next()).getMostSignificantBits(),
                UUID.fromString(new MessageIds().next()).getMostSignificantBits());
    }
}
