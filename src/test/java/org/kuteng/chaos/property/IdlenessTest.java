package org.kuteng.chaos.property;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.kuteng.chaos.property.Idleness.Sight;

class IdlenessTest {
    private static final Sight IDLE = new Sight(3, 1, 2, 10);

    private final Idleness idleness = new Idleness();

    private void see(int second, Sight sight) {
        idleness.see("q", sight, TimeUnit.SECONDS.toNanos(second));
    }

    @Test
    void messagesBesideAWorkerWithNothingToDoAreFound() {
        see(0, IDLE);
        see(5, IDLE);
        assertEquals(List.of(), idleness.found());
        see(6, IDLE);
        assertEquals(
                List.of("3 messages wait in q for more than 5 s, while 1 of 2 workers have something in hand"),
                idleness.found());
    }

    @Test
    void whereSomethingIsTakenWorkGoesOn() {
        see(0, IDLE);
        see(4, new Sight(3, 1, 2, 11));
        see(8, new Sight(3, 1, 2, 11));
        assertEquals(List.of(), idleness.found());
    }

    @Test
    void workersThatAllHaveSomethingInHandAreNotIdle() {
        see(0, IDLE);
        see(3, new Sight(3, 2, 2, 10));
        see(7, IDLE);
        see(11, IDLE);
        assertEquals(List.of(), idleness.found());
    }

    @Test
    void anEmptyQueueLeavesNothingToDo() {
        see(0, new Sight(0, 0, 2, 10));
        see(9, new Sight(0, 0, 2, 10));
        assertEquals(List.of(), idleness.found());
    }

    @Test
    void aFaultIsAnExcuse() {
        see(0, IDLE);
        idleness.excuse();
        see(6, IDLE);
        assertEquals(List.of(), idleness.found());
    }
}
