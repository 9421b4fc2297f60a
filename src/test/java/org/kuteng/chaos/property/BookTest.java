package org.kuteng.chaos.property;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kuteng.chaos.property.Scenario.Fault;
import org.kuteng.chaos.property.Scenario.Source;
import org.kuteng.chaos.property.Scenario.Stage;
import org.kuteng.chaos.property.Scenario.Strike;

/** The checker is shown a planted fault of each kind. */
class BookTest {
    private final Scenario quiet = scenario(List.of());
    private final Book book = new Book(quiet, id -> id.equals("m9"));

    /** Two messages are made of each one, and one of each of those. */
    private static Scenario scenario(List<Strike> strikes) {
        List<Stage> stages = List.of(
                new Stage(1, Shape.TWO, "q1", "q2", 1, 1, 0, 0, 0), new Stage(2, Shape.ONE, "q2", null, 1, 1, 0, 0, 0));
        return new Scenario(1, "durable", stages, Source.CLIENT, 1, 0, 0, strikes);
    }

    private static void done(Book book, String id) {
        book.confirmed(id);
        book.product(id + ".a.a");
        book.product(id + ".b.a");
    }

    private Verdict verdict(String... left) {
        return book.verdict(Set.of(left), List.of(), 0);
    }

    @Test
    void whatIsDoneOrDeadIsGood() {
        done(book, "m1");
        book.confirmed("m2");
        book.buried("m2");
        book.confirmed("m3");
        book.product("m3.a.a");
        book.buried("m3.b");

        assertTrue(book.isSettled());
        assertTrue(verdict().isGood(), () -> verdict().toString());
    }

    @Test
    void whatIsNowhereIsLost() {
        book.confirmed("m1");
        book.product("m1.a.a");

        assertFalse(book.isSettled());
        assertEquals(List.of("m1.b.a"), verdict().lost());
        assertEquals(List.of("1 lost: m1.b.a"), verdict().faults());
    }

    @Test
    void whatLiesInAQueueIsStuck() {
        book.confirmed("m1");
        book.product("m1.a.a");

        assertEquals(List.of("m1.b.a"), verdict("m1.b").stuck());
        assertEquals(List.of(), verdict("m1.b").lost());
    }

    @Test
    void whatIsThereTwiceOrDoneAndDeadIsDoubled() {
        done(book, "m1");
        book.product("m1.a.a");
        done(book, "m2");
        book.buried("m2");
        book.confirmed("m3");
        book.buried("m3");
        book.buried("m3");

        assertEquals(List.of("m1.a.a", "m2.a.a", "m2.b.a", "m3"), verdict().doubled());
    }

    @Test
    void aReasonForTwiceIsTakenForOne() {
        done(book, "m9");
        book.product("m9.a.a");
        assertEquals(List.of(), verdict().doubled());

        Book disturbed = new Book(scenario(List.of(new Strike(Fault.CUT, Duration.ZERO))), id -> false);
        done(disturbed, "m1");
        disturbed.product("m1.a.a");
        assertEquals(List.of(), disturbed.doubled());
    }

    @Test
    void whatWasNotConfirmedIsNotMissed() {
        book.product("m1.a.a");
        assertTrue(verdict().isGood());
    }

    @Test
    void copiesThatNobodyAskedForAreAFault() {
        assertEquals(1, book.verdict(Set.of(), List.of(), 2).faults().size());
    }
}
