package org.kuteng.broker;

import com.rabbitmq.client.impl.Frame;
import java.nio.ByteBuffer;

/**
 * The headers in the content header of a message, checked for what the client library refuses to read: tables nested more
 * than 32 deep, types that it does not know, lengths that do not fit. It would end the connection, be given the message
 * again by the broker, and end the next one.
 */
final class HeaderTable {
    /** The client library's own bound. */
    private static final int DEEPEST = 32;

    /** Behind class, weight and size in a content header. */
    private static final int FLAGS_OFFSET = 12;

    private static final int CONTENT_TYPE = 1 << 15;
    private static final int CONTENT_ENCODING = 1 << 14;
    private static final int HEADERS = 1 << 13;

    private static final int UNREADABLE = -1;

    private final byte[] bytes;

    private HeaderTable(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The same frame if its headers can be read; else one without them. */
    static Frame readable(Frame contentHeader) {
        HeaderTable table = new HeaderTable(contentHeader.getPayload());
        int flags = table.unsignedShort(FLAGS_OFFSET);
        if ((flags & HEADERS) == 0) {
            return contentHeader;
        }
        int begin = FLAGS_OFFSET + Short.BYTES;
        for (int shortText : new int[] {CONTENT_TYPE, CONTENT_ENCODING}) {
            begin += (flags & shortText) == 0 ? 0 : 1 + table.unsignedByte(begin);
        }
        return table.table(begin, table.bytes.length, 0) == UNREADABLE
                ? new Frame(contentHeader.getType(), contentHeader.getChannel(), table.without(begin, flags))
                : contentHeader;
    }

    private byte[] without(int begin, int flags) {
        int end = (int) Math.min(bytes.length, begin + Integer.BYTES + unsignedInt(begin));
        byte[] shorter = new byte[bytes.length - (end - begin)];
        System.arraycopy(bytes, 0, shorter, 0, begin);
        System.arraycopy(bytes, end, shorter, begin, bytes.length - end);
        ByteBuffer.wrap(shorter).putShort(FLAGS_OFFSET, (short) (flags & ~HEADERS));
        return shorter;
    }

    /** @return where it ends, or {@link #UNREADABLE} */
    private int table(int at, int limit, int depth) {
        int end = end(at, limit);
        if (depth > DEEPEST || end == UNREADABLE) {
            return UNREADABLE;
        }
        int next = at + Integer.BYTES;
        while (next != UNREADABLE && next < end) {
            next = value(next + 1 + unsignedByte(next), end, depth + 1);
        }
        return next;
    }

    private int array(int at, int limit, int depth) {
        int end = end(at, limit);
        if (depth > DEEPEST || end == UNREADABLE) {
            return UNREADABLE;
        }
        int next = at + Integer.BYTES;
        while (next != UNREADABLE && next < end) {
            next = value(next, end, depth + 1);
        }
        return next;
    }

    private int value(int at, int limit, int depth) {
        if (at >= limit) {
            return UNREADABLE;
        }
        int begin = at + 1;
        return switch (bytes[at]) {
            case 'A' -> array(begin, limit, depth);
            case 'F' -> table(begin, limit, depth);
            case 'S', 'x' -> end(begin, limit);
            case 'V' -> begin;
            case 'b', 'B', 't' -> fixed(begin, 1, limit);
            case 's', 'u' -> fixed(begin, 2, limit);
            case 'I', 'i', 'f' -> fixed(begin, 4, limit);
            case 'D' -> fixed(begin, 5, limit);
            case 'T', 'd', 'l' -> fixed(begin, 8, limit);
            default -> UNREADABLE;
        };
    }

    private static int fixed(int begin, int length, int limit) {
        return begin + length <= limit ? begin + length : UNREADABLE;
    }

    /** Of what begins with its length. */
    private int end(int at, int limit) {
        if (at + Integer.BYTES > limit) {
            return UNREADABLE;
        }
        long end = at + Integer.BYTES + unsignedInt(at);
        return end <= limit ? (int) end : UNREADABLE;
    }

    private int unsignedByte(int at) {
        return at < bytes.length ? Byte.toUnsignedInt(bytes[at]) : 0;
    }

    private int unsignedShort(int at) {
        return unsignedByte(at) << 8 | unsignedByte(at + 1);
    }

    private long unsignedInt(int at) {
        return (long) unsignedShort(at) << 16 | unsignedShort(at + 2);
    }
}
