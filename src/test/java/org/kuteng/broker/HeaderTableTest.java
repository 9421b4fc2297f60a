package org.kuteng.broker;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Frame;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeaderTableTest {
    private static Frame frame(Map<String, Object> headers) throws IOException {
        BasicProperties properties = new BasicProperties.Builder()
                .contentType("text/plain")
                .headers(headers)
                .deliveryMode(2)
                .messageId("id")
                .build();
        return properties.toFrame(1, 10);
    }

    /** As it came from the broker. */
    private static Frame arrived(byte[] payload) {
        return new Frame(AMQP.FRAME_HEADER, 1, payload);
    }

    private static byte[] payload(Map<String, Object> headers) throws IOException {
        return frame(headers).getPayload();
    }

    private static BasicProperties read(Frame frame) throws IOException {
        return (BasicProperties)
                AMQImpl.readContentHeaderFrom(new DataInputStream(new ByteArrayInputStream(frame.getPayload())));
    }

    private static Map<String, Object> nested(int depth) {
        Map<String, Object> headers = Map.of("leaf", 1);
        for (int level = 0; level < depth; level++) {
            headers = Map.of("table", headers);
        }
        return headers;
    }

    @Test
    void headersOfEveryTypeStay() throws IOException {
        Map<String, Object> headers = new HashMap<>();
        headers.put("text", "text");
        headers.put("int", 1);
        headers.put("long", 1L);
        headers.put("short", (short) 1);
        headers.put("byte", (byte) 1);
        headers.put("boolean", true);
        headers.put("float", 1f);
        headers.put("double", 1d);
        headers.put("decimal", BigDecimal.ONE);
        headers.put("date", new Date(0));
        headers.put("bytes", new byte[3]);
        headers.put("nothing", null);
        headers.put("list", List.of("a", 1, Map.of("b", 2)));
        headers.put("table", Map.of());
        Frame frame = arrived(payload(headers));

        assertSame(frame, HeaderTable.readable(frame));
    }

    @Test
    void aMessageWithoutHeadersStays() throws IOException {
        Frame frame =
                arrived(new BasicProperties.Builder().build().toFrame(1, 10).getPayload());

        assertSame(frame, HeaderTable.readable(frame));
    }

    @Test
    void asDeepAsTheClientLibraryReadsTheyStayAndDeeperOnesAreLeftOut() throws IOException {
        Frame deepest = arrived(payload(nested(32)));
        assertSame(deepest, HeaderTable.readable(deepest));
        assertEquals(nested(32).keySet(), read(deepest).getHeaders().keySet());

        BasicProperties left = read(HeaderTable.readable(arrived(payload(nested(33)))));

        assertNull(left.getHeaders());
        assertEquals("text/plain", left.getContentType());
        assertEquals(2, left.getDeliveryMode());
        assertEquals("id", left.getMessageId());
    }

    @Test
    void aTypeThatNobodyKnowsIsLeftOut() throws IOException {
        byte[] payload = payload(Map.of("k", true));
        payload[indexOf(payload, (byte) 't', (byte) 1)] = 'Z';
        Frame frame = arrived(payload);

        Frame readable = HeaderTable.readable(frame);

        assertNotSame(frame, readable);
        assertNull(read(readable).getHeaders());
        assertEquals("id", read(readable).getMessageId());
    }

    private static int indexOf(byte[] bytes, byte first, byte second) {
        int at = 0;
        while (bytes[at] != first || bytes[at + 1] != second) {
            at++;
        }
        return at;
    }

    @Test
    void howeverTheHeadersAreDamagedTheClientLibraryReadsWhatIsLetThrough() throws IOException {
        Random random = new Random(7);
        byte[] sound = payload(Map.of("a", Map.of("b", List.of(1, "two", Map.of("c", 3L)))));
        int begin = 14 + 1 + "text/plain".length() + 4;
        int end = sound.length - 1 - 3; // delivery mode and message-id follow
        for (int i = 0; i < 20_000; i++) {
            byte[] payload = sound.clone();
            for (int times = random.nextInt(3); times >= 0; times--) {
                payload[begin + random.nextInt(end - begin)] = (byte) random.nextInt();
            }

            BasicProperties properties =
                    assertDoesNotThrow(() -> read(HeaderTable.readable(arrived(payload))), Arrays.toString(payload));
            assertEquals("id", properties.getMessageId());
        }
    }
}
