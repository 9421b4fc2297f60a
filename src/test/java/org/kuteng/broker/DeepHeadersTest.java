package org.kuteng.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.Frame;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kuteng.untrusted.HeaderBounds;

class DeepHeadersTest {
    private static final int CHANNEL = 7;

    private static Object nested(int depth) {
        Object value = 1;
        for (int i = 1; i < depth; i++) {
            value = i % 2 == 0 ? List.of(value, "behind") : Map.of("inner", value);
        }
        return value;
    }

    private static Map<String, Object> ofEveryType() {
        Map<String, Object> headers = new HashMap<>();
        headers.put("text", "é");
        headers.put("flag", true);
        headers.put("byte", (byte) -3);
        headers.put("short", (short) 300);
        headers.put("int", 70_000);
        headers.put("long", 5L);
        headers.put("float", 1.5f);
        headers.put("double", 0.1);
        headers.put("decimal", new BigDecimal("1.10"));
        headers.put("time", new Date(1_700_000_000_000L));
        headers.put("bytes", new byte[] {0, -1});
        headers.put("nothing", null);
        headers.put("deepest", nested(HeaderBounds.MAX_DEPTH));
        headers.put("empty", Map.of());
        return headers;
    }

    /** A frame with its payload in one piece, as it is when it was read. */
    private static Frame frame(Map<String, Object> headers) throws IOException {
        Frame written = new BasicProperties.Builder()
                .contentType("text/plain")
                .contentEncoding("UTF-8")
                .headers(headers)
                .messageId("id")
                .build()
                .toFrame(CHANNEL, 5);
        return new Frame(AMQP.FRAME_HEADER, CHANNEL, written.getPayload());
    }

    private static BasicProperties read(Frame frame) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame.getPayload()));
        in.readShort();
        return new BasicProperties(in);
    }

    @Test
    void headersAsPeopleUseThemAreNotTouched() throws IOException {
        for (Map<String, Object> headers : List.of(ofEveryType(), Map.<String, Object>of("a", 1))) {
            Frame frame = frame(headers);
            assertSame(frame, DeepHeaders.replaced(frame));
        }
        Frame none = frame(null);
        assertSame(none, DeepHeaders.replaced(none));
    }

    @Test
    void aTextStandsForWhatIsTooDeep() throws IOException {
        for (int depth : new int[] {HeaderBounds.MAX_DEPTH + 1, 33, 200}) {
            Map<String, Object> headers = ofEveryType();
            headers.put("deep", nested(depth));
            headers.put("another", nested(depth));
            Frame frame = frame(headers);

            Frame replaced = DeepHeaders.replaced(frame);

            assertNotSame(frame, replaced);
            assertEquals(CHANNEL, replaced.getChannel());
            BasicProperties properties = read(replaced);
            Map<String, Object> expected = ofEveryType();
            expected.put("deep", HeaderBounds.TOO_DEEP);
            expected.put("another", HeaderBounds.TOO_DEEP);
            assertEquals(
                    new HashMap<>(read(frame(expected)).getHeaders()).keySet(),
                    properties.getHeaders().keySet());
            assertEquals(
                    HeaderBounds.TOO_DEEP, properties.getHeaders().get("deep").toString());
            assertEquals(70_000, properties.getHeaders().get("int"));
            assertEquals("id", properties.getMessageId());
            assertEquals("text/plain", properties.getContentType());
        }
    }

    @Test
    void whatIsNoContentHeaderIsLeftToTheClientLibrary() {
        for (byte[] payload :
                List.of(new byte[0], new byte[500], "x".repeat(500).getBytes(StandardCharsets.UTF_8))) {
            Frame frame = new Frame(AMQP.FRAME_HEADER, CHANNEL, payload);
            assertSame(frame, DeepHeaders.replaced(frame));
            assertArrayEquals(payload, frame.getPayload());
        }
    }
}
