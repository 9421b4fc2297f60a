package org.kuteng.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CyclesTest {

    @Test
    void twoQueuesWhoseWorkersWaitForEachOtherAreACycle() {
        assertEquals(Set.of(List.of("a", "b")), Cycles.among(List.of(waits("b", "a"), waits("a", "b"))));
    }

    @Test
    void aWorkerThatSendsToItsOwnFullQueueIsACycle() {
        assertEquals(Set.of(List.of("a")), Cycles.among(List.of(waits("a", "a"))));
    }

    @Test
    void aChainOfFullQueuesIsNone() {
        assertEquals(
                Set.of(), Cycles.among(List.of(waits("a", "b"), waits("b", "c"), waits("a", "c"), waits(null, "a"))));
    }

    @Test
    void severalCyclesAreFoundApart() {
        assertEquals(
                Set.of(List.of("a", "c", "b"), List.of("x", "y")),
                Cycles.among(
                        List.of(waits("a", "c"), waits("c", "b"), waits("b", "a"), waits("x", "y"), waits("y", "x"))));
    }

    private static BlockedSender waits(String from, String to) {
        return new BlockedSender(from, to, 1);
    }
}
