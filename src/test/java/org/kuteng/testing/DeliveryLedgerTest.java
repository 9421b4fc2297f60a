package org.kuteng.testing;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveryLedgerTest {
    private final DeliveryLedger ledger = new DeliveryLedger();

    @Test
    void aMessageConfirmedAndNeverDoneIsLost() {
        List.of("a", "b", "c").forEach(ledger::confirmed);
        ledger.done("b");

        assertEquals(List.of("a", "c"), ledger.lost());
        assertFalse(ledger.isSettled());
        AssertionError error = assertThrows(AssertionError.class, ledger::assertNothingLost);
        assertEquals("2 messages lost: a, c; confirmed 3, done 1, buried 0, lost 2, doubled 0", error.getMessage());
    }

    @Test
    void aMessageDoneTwiceIsDoubled() {
        ledger.confirmed("a");
        List.of("a", "a", "a", "b").forEach(ledger::done);

        assertEquals(List.of("a"), ledger.doubled());
        assertEquals(2, ledger.repetitions());
        assertDoesNotThrow(() -> ledger.assertRepetitionsAtMost(2));
        assertThrows(AssertionError.class, () -> ledger.assertRepetitionsAtMost(1));
    }

    @Test
    void aBuriedMessageIsNotLost() {
        ledger.confirmed("a");
        ledger.buried("a");

        ledger.assertNothingLost();
        assertTrue(ledger.isSettled());
    }

    @Test
    void aMessageDoneWithoutAConfirmIsNoFault() {
        ledger.confirmed("a");
        ledger.done("a");
        ledger.done("publisher killed before the confirm");

        ledger.assertNothingLost();
        assertEquals(List.of(), ledger.doubled());
    }

    @Test
    void anEmptyLedgerIsNotSettled() {
        assertFalse(ledger.isSettled());
    }
}
