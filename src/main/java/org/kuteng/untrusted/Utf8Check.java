package org.kuteng.untrusted;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Tells whether bytes are UTF-8 without making a text of them. */
public final class Utf8Check {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** Of eight bytes, those bits that no ASCII character has. */
    private static final long NOT_ASCII = 0x8080808080808080L;

    /** How many characters are looked at in one go. */
    private static final int CHUNK = 8_192;

    private Utf8Check() {}

    /** Whether a text made of them gives the same bytes again: Java writes something else for what is malformed. */
    public static boolean isWellFormed(byte[] bytes) {
        int ascii = asciiPrefix(bytes);
        if (ascii == bytes.length) {
            return true;
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer rest = ByteBuffer.wrap(bytes, ascii, bytes.length - ascii);
        CharBuffer chunk = CharBuffer.allocate(CHUNK);
        CoderResult result;
        do {
            chunk.clear();
            result = decoder.decode(rest, chunk, true);
        } while (result.isOverflow());
        return result.isUnderflow();
    }

    /** How many bytes at the beginning are ASCII. */
    private static int asciiPrefix(byte[] bytes) {
        int i = 0;
        while (i + Long.BYTES <= bytes.length && ((long) LONGS.get(bytes, i) & NOT_ASCII) == 0) {
            i += Long.BYTES;
        }
        while (i < bytes.length && bytes[i] >= 0) {
            i++;
        }
        return i;
    }
}
