package org.kuteng.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CauseTest {
    private final Cause cause = new Cause(
            "org.acme.Orders$MissingException", "order 17\n of 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed is missing");

    @Test
    void isOneLine() {
        assertEquals("MissingException: order 17 of 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed is missing", cause.text());
        assertEquals("MissingException", new Cause("org.acme.MissingException", "").text());
        assertEquals("unknown", Cause.UNKNOWN.text());
    }

    @Test
    void itsKindLeavesOutWhatDiffersFromMessageToMessage() {
        assertEquals("MissingException: order # of # is missing", cause.kind());
        assertEquals("defaced facade", new Cause("", "defaced facade").kind(), "words are no ids");
    }

    @Test
    void isFoundByWhatAListingShows() {
        assertTrue(cause.contains("missingexception: ORDER"));
        assertTrue(cause.contains("order # of # is"));
        assertTrue(cause.contains("org.acme.Orders"));
        assertFalse(cause.contains("customer"));
    }
}
