package org.kuteng.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.kuteng.untrusted.PlainText;

/** A name for a dead letter that carries none: the same one whenever it is looked at. */
final class DerivedId {
    private static final int HASH_BYTES = 8;

    private DerivedId() {}

    /** The message-id; without one that can be shown and typed, a hash of all that the message is. */
    static String of(BasicProperties properties, byte[] body) {
        String messageId = properties.getMessageId();
        boolean usable = messageId != null
                && !messageId.isBlank()
                && messageId.chars().noneMatch(c -> PlainText.isControl((char) c));
        return usable ? messageId : hash(properties, body);
    }

    private static String hash(BasicProperties properties, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            Map<String, Object> written = JsonProperties.write(properties);
            digest.update(written.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(body), 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
