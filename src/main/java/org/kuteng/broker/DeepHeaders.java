package org.kuteng.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.Frame;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.kuteng.untrusted.HeaderBounds;

/**
 * Puts a text in the place of headers that are nested too deep. The client library would end the whole connection, be
 * given the message again by the broker, and end the next one; this way the message arrives, and can be buried.
 */
final class DeepHeaders {
    /** Behind class, weight and size of body in a content header. */
    private static final int FLAGS_OFFSET = 12;

    private static final int CONTENT_TYPE = 1 << 15;
    private static final int CONTENT_ENCODING = 1 << 14;
    private static final int HEADERS = 1 << 13;

    /** What a table or list takes within another at the least: its type and its length. */
    private static final int LEAST_NESTED = 5;

    /** A content header that is shorter cannot hold what is too deep. */
    private static final int LEAST_DEEP = FLAGS_OFFSET + HeaderBounds.MAX_DEPTH * LEAST_NESTED;

    private static final byte[] MARK = HeaderBounds.TOO_DEEP.getBytes(StandardCharsets.UTF_8);

    private DeepHeaders() {}

    /** What the client library gets in place of this frame: nearly always the frame itself. */
    static Frame replaced(Frame frame) {
        if (frame.getType() != AMQP.FRAME_HEADER || frame.getPayload().length < LEAST_DEEP) {
            return frame;
        }
        try {
            byte[] payload = frame.getPayload();
            byte[] shallow = replaced(payload);
            return shallow == payload ? frame : new Frame(frame.getType(), frame.getChannel(), shallow);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            // not as AMQP wants it: for the client library to complain of
            return frame;
        }
    }

    private static byte[] replaced(byte[] payload) {
        ByteBuffer in = ByteBuffer.wrap(payload);
        in.position(FLAGS_OFFSET);
        int flags = Short.toUnsignedInt(in.getShort());
        if ((flags & HEADERS) == 0) {
            return payload;
        }
        if ((flags & CONTENT_TYPE) != 0) {
            skipShortText(in);
        }
        if ((flags & CONTENT_ENCODING) != 0) {
            skipShortText(in);
        }
        int begin = in.position();
        int end = end(in);
        ByteArrayOutputStream table = null;
        while (in.position() < end) {
            int entry = in.position();
            skipShortText(in);
            int value = in.position();
            boolean tooDeep = skipValue(in, 1);
            if (tooDeep && table == null) {
                table = new ByteArrayOutputStream(payload.length);
                table.write(payload, begin + Integer.BYTES, entry - begin - Integer.BYTES);
            }
            if (table != null) {
                table.write(payload, entry, (tooDeep ? value : in.position()) - entry);
            }
            if (tooDeep) {
                byte[] mark = ByteBuffer.allocate(1 + Integer.BYTES + MARK.length)
                        .put((byte) 'S')
                        .putInt(MARK.length)
                        .put(MARK)
                        .array();
                table.write(mark, 0, mark.length);
            }
        }
        return table == null ? payload : withTable(payload, begin, table.toByteArray(), end);
    }

    private static byte[] withTable(byte[] payload, int begin, byte[] table, int end) {
        return ByteBuffer.allocate(begin + Integer.BYTES + table.length + payload.length - end)
                .put(payload, 0, begin)
                .putInt(table.length)
                .put(table)
                .put(payload, end, payload.length - end)
                .array();
    }

    /**
     * @param depth of the value, from 1
     * @return whether it, or something in it, is too deep
     */
    private static boolean skipValue(ByteBuffer in, int depth) {
        char type = (char) in.get();
        switch (type) {
            case 'F', 'A' -> {
                int end = end(in);
                boolean tooDeep = depth == HeaderBounds.MAX_DEPTH && in.position() < end;
                while (!tooDeep && in.position() < end) {
                    if (type == 'F') {
                        skipShortText(in);
                    }
                    tooDeep = skipValue(in, depth + 1);
                }
                in.position(end);
                return tooDeep;
            }
            case 'S', 'x' -> in.position(end(in));
            case 'T', 'd', 'l', 'L' -> skip(in, Long.BYTES);
            case 'D' -> skip(in, 1 + Integer.BYTES);
            case 'I', 'i', 'f' -> skip(in, Integer.BYTES);
            case 's', 'u' -> skip(in, Short.BYTES);
            case 'b', 'B', 't' -> skip(in, 1);
            case 'V' -> skip(in, 0);
            default -> throw new IllegalArgumentException("unknown type " + type);
        }
        return false;
    }

    /** Reads a length; gives where what has that length ends. */
    private static int end(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("longer than the frame");
        }
        return in.position() + length;
    }

    private static void skipShortText(ByteBuffer in) {
        skip(in, Byte.toUnsignedInt(in.get()));
    }

    private static void skip(ByteBuffer in, int bytes) {
        in.position(in.position() + bytes);
    }
}
