package org.kuteng.once;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What identifies a message. The queue belongs to it: the same id in another queue is other work.
 *
 * @param queue the work queue
 * @param id at most {@value #MAX_LENGTH} characters
 */
record MessageKey(String queue, String id) {
    /** As wide as the column; a message-id never has more. */
    static final int MAX_LENGTH = 255;

    /** Takes an id of any length: one that the column would not hold is replaced by its hash. */
    static MessageKey of(String queue, String id) {
        // PostgreSQL holds no character 0
        boolean fits = id.length() <= MAX_LENGTH && id.indexOf('\0') < 0;
        return new MessageKey(queue, fits ? id : "sha256:" + hash(id));
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "'" + id + "' of queue '" + queue + "'";
    }
}
