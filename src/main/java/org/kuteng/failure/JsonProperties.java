package org.kuteng.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A message's properties as JSON objects, named as in the AMQP specification, and back. */
final class JsonProperties {
    private static final Set<String> NAMES = Set.of(
            "content-type",
            "content-encoding",
            "delivery-mode",
            "priority",
            "correlation-id",
            "reply-to",
            "expiration",
            "message-id",
            "timestamp",
            "type",
            "user-id",
            "app-id",
            "cluster-id",
            "headers");

    private JsonProperties() {}

    /** Only those that are set, in the order of the specification. */
    static Map<String, Object> write(BasicProperties properties) {
        Map<String, Object> json = new LinkedHashMap<>();
        put(json, "content-type", properties.getContentType());
        put(json, "content-encoding", properties.getContentEncoding());
        put(json, "delivery-mode", properties.getDeliveryMode());
        put(json, "priority", properties.getPriority());
        put(json, "correlation-id", properties.getCorrelationId());
        put(json, "reply-to", properties.getReplyTo());
        put(json, "expiration", properties.getExpiration());
        put(json, "message-id", properties.getMessageId());
        Date timestamp = properties.getTimestamp();
        put(json, "timestamp", timestamp == null ? null : timestamp.toInstant().toString());
        put(json, "type", properties.getType());
        put(json, "user-id", properties.getUserId());
        put(json, "app-id", properties.getAppId());
        put(json, "cluster-id", properties.getClusterId());
        if (properties.getHeaders() != null) {
            json.put("headers", JsonValues.writeTable(properties.getHeaders()));
        }
        return json;
    }

    private static void put(Map<String, Object> json, String name, Object value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    /** @throws IllegalArgumentException if something in it is not as {@link #write} writes it */
    static BasicProperties read(Map<?, ?> json) {
        json.keySet().stream().filter(name -> !NAMES.contains(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("unknown property '" + name + "'");
        });
        Object headers = json.get("headers");
        if (headers != null && !(headers instanceof Map)) {
            throw new IllegalArgumentException("'headers' is not an object");
        }
        return new BasicProperties.Builder()
                .contentType(text(json, "content-type"))
                .contentEncoding(text(json, "content-encoding"))
                .deliveryMode(octet(json, "delivery-mode"))
                .priority(octet(json, "priority"))
                .correlationId(text(json, "correlation-id"))
                .replyTo(text(json, "reply-to"))
                .expiration(text(json, "expiration"))
                .messageId(text(json, "message-id"))
                .timestamp(timestamp(json))
                .type(text(json, "type"))
                .userId(text(json, "user-id"))
                .appId(text(json, "app-id"))
                .clusterId(text(json, "cluster-id"))
                .headers(headers == null ? null : JsonValues.readTable((Map<?, ?>) headers))
                .build();
    }

    private static String text(Map<?, ?> json, String name) {
        Object value = json.get(name);
        if (value != null && !(value instanceof String)) {
            throw new IllegalArgumentException("'" + name + "' is not a text");
        }
        return (String) value;
    }

    private static Integer octet(Map<?, ?> json, String name) {
        Object value = json.get(name);
        if (value == null) {
            return null;
        }
        if (value instanceof Integer number && number >= 0 && number <= 255) {
            return number;
        }
        throw new IllegalArgumentException("'" + name + "' is not a whole number from 0 to 255");
    }

    private static Date timestamp(Map<?, ?> json) {
        String text = text(json, "timestamp");
        try {
            return text == null ? null : Date.from(Instant.parse(text));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("'timestamp' is not a time such as 2026-01-31T12:00:00Z");
        }
    }
}
