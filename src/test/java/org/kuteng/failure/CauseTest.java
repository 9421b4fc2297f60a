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

    private static String kind(String message) {
        return new Cause("", message).kind();
    }

    @Test
    void codesTellKindsApart() {
        assertEquals(
                "HTTP operation failed invoking http://host:#/# with statusCode: 503",
                kind("HTTP operation failed invoking http://host:8080/17 with statusCode: 503"));
        assertEquals("HTTP 422 for order #", kind("HTTP 422 for order 17"));
        assertEquals("no rows; SQL state [23505]; error code [#]", kind("no rows; SQL state [23505]; error code [0]"));
        assertEquals("Table not found (SQL state 42S02)", kind("Table not found (SQL state 42S02)"));
        assertEquals("status of #", kind("status of 503"));
    }

    @Test
    void idsAreFoldedWhateverTheirMake() {
        assertEquals("Exchange[#] failed", kind("Exchange[2A4B5C6D7E8F9A0-0000000000000001] failed"));
        assertEquals("Exchange[#] failed", kind("Exchange[ABCDEFABCDEFABC-000000000000000F] failed"));
        assertEquals("on exchange #", kind("on exchange ID-worker-7-example-1763996400000-0-12"));
        assertEquals("order # is gone", kind("order 01ARZ3NDEKTSV4RRFFQ69G5FAV is gone"));
        assertEquals("order # is gone", kind("order 0ujtsYcgvSTl8PAuAdqWYSMnLOv is gone"));
        assertEquals("# and #", kind("deadbeef-dead-beef-dead-beefdeadbeef and 0xCAFE"));
    }

    @Test
    void isFoundByWhatAListingShows() {
        assertTrue(cause.contains("missingexception: ORDER"));
        assertTrue(cause.contains("order # of # is"));
        assertTrue(cause.contains("org.acme.Orders"));
        assertFalse(cause.contains("customer"));
    }
}
