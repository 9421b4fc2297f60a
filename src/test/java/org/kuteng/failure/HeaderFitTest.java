package org.kuteng.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeaderFitTest {
    /** RabbitMQ's default. */
    private static final int FRAME_MAX = 131_072;

    /** AMQP permits no less. */
    private static final int LEAST_FRAME_MAX = 4_096;

    private final Map<String, Object> headers = new HashMap<>(Map.of(
            FailureHeaders.ATTEMPTS,
            1,
            FailureHeaders.MESSAGE,
            "m".repeat(OwnHeaders.MAX_MESSAGE),
            FailureHeaders.STACK,
            "s".repeat(OwnHeaders.MAX_STACK),
            FailureHeaders.BROKER,
            "b".repeat(OwnHeaders.MAX_MESSAGE),
            "tenant",
            "acme"));

    private BasicProperties properties() {
        return new BasicProperties.Builder()
                .messageId("id")
                .contentType("text/plain")
                .headers(headers)
                .build();
    }

    private static int length(BasicProperties properties, String header) {
        return properties.getHeaders().get(header).toString().length();
    }

    @Test
    void whatFitsIsLeftAsItIs() {
        BasicProperties properties = properties();
        assertSame(properties, HeaderFit.shortened(properties, FRAME_MAX).orElseThrow());
        assertSame(properties, HeaderFit.shortened(properties, 0).orElseThrow());
        assertSame(properties, HeaderFit.cut(properties, FRAME_MAX));
    }

    @Test
    void theStackIsShortenedFirst() {
        headers.put("large", "x".repeat(120_000));
        BasicProperties shorter = HeaderFit.shortened(properties(), FRAME_MAX).orElseThrow();

        assertTrue(HeaderFit.frameSize(shorter) <= FRAME_MAX);
        assertTrue(HeaderFit.frameSize(shorter) > FRAME_MAX - 10, "no more than is needed");
        assertEquals(OwnHeaders.MAX_MESSAGE, length(shorter, FailureHeaders.MESSAGE));
        assertEquals(120_000, length(shorter, "large"));
    }

    @Test
    void theMessagesOwnHeadersAreNotTouchedForARetry() {
        headers.put("large", "x".repeat(130_800));
        BasicProperties shorter = HeaderFit.shortened(properties(), FRAME_MAX).orElseThrow();
        assertTrue(HeaderFit.frameSize(shorter) <= FRAME_MAX);
        assertNull(shorter.getHeaders().get(FailureHeaders.STACK));
        assertEquals(1, shorter.getHeaders().get(FailureHeaders.ATTEMPTS));
        assertEquals(130_800, length(shorter, "large"));

        headers.put("large", "x".repeat(131_000));
        assertTrue(HeaderFit.shortened(properties(), FRAME_MAX).isEmpty());
    }

    @Test
    void aDeadLetterLosesItsLargestHeadersAndSaysWhich() {
        headers.put("large", "x".repeat(131_000));
        BasicProperties cut = HeaderFit.cut(properties(), FRAME_MAX);

        assertEquals("large (131,011 bytes)", cut.getHeaders().get(FailureHeaders.LEFT_OUT));
        assertFalse(cut.getHeaders().containsKey("large"));
        assertEquals("acme", cut.getHeaders().get("tenant"));
        assertEquals(OwnHeaders.MAX_STACK, length(cut, FailureHeaders.STACK), "there is room for it now");
        assertEquals("id", cut.getMessageId());
    }

    @Test
    void headersOfManyKindsFitEvenTheLeastOfFrames() {
        for (int i = 0; i < 100_000; i++) {
            headers.put("header-" + i, i);
        }
        Object deep = "x";
        for (int i = 0; i < 10_000; i++) {
            deep = List.of(deep);
        }
        headers.put("deep", deep);
        headers.put("kuteng-unknown", "x".repeat(200_000));

        for (int frameMax : new int[] {LEAST_FRAME_MAX, 8_192, FRAME_MAX}) {
            BasicProperties cut = HeaderFit.cut(properties(), frameMax);
            assertTrue(HeaderFit.frameSize(cut) <= frameMax);
            assertEquals(1, cut.getHeaders().get(FailureHeaders.ATTEMPTS));
            assertEquals(OwnHeaders.MAX_MESSAGE, length(cut, FailureHeaders.MESSAGE));
            String note = cut.getHeaders().get(FailureHeaders.LEFT_OUT).toString();
            assertTrue(note.startsWith("deep (nested too deep, or too many values), kuteng-unknown (200,0"), note);
            assertTrue(note.matches(".* and \\d+ more"), note);
        }
        assertFalse(HeaderFit.cut(properties(), 0).getHeaders().containsKey("deep"), "it could not be written");
    }
}
