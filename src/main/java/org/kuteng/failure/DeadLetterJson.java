package org.kuteng.failure;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kuteng.untrusted.PlainText;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A dead letter as one line of JSON that holds all of it:
 *
 * <pre>{"id": …, "queue": "kuteng", "deadQueue": "kuteng.dead", "properties": {…, "headers": {…}}, "body": …}</pre>
 *
 * A body that is no UTF-8 text stands as {@code bodyBase64} instead. {@code id} and {@code queue} are for readers; what
 * counts stands in the properties.
 */
public final class DeadLetterJson {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    // a body may be as long as the broker lets it be
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final String DEAD_QUEUE = "deadQueue";
    private static final String PROPERTIES = "properties";
    private static final String BODY = "body";
    private static final String BODY_BASE64 = "bodyBase64";

    private DeadLetterJson() {}

    /** One line, without its end. */
    public static String write(DeadLetter letter) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", letter.id());
        json.put("queue", letter.workQueue());
        json.put(DEAD_QUEUE, letter.deadQueue());
        json.put(PROPERTIES, JsonProperties.write(letter.properties()));
        Utf8.decode(letter.body())
                .ifPresentOrElse(text -> json.put(BODY, text), () -> json.put(BODY_BASE64, base64(letter.body())));
        return line(json);
    }

    /** What a listing tells of it, as one line. */
    public static String writeSummary(DeadLetter letter) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", letter.id());
        json.put("queue", letter.workQueue());
        json.put(DEAD_QUEUE, letter.deadQueue());
        json.put("route", letter.route().orElse(null));
        json.put("step", letter.step().orElse(null));
        json.put("attempts", letter.attempts().orElse(null));
        json.put("firstFailure", letter.firstFailure().map(Object::toString).orElse(null));
        json.put("lastFailure", letter.lastFailure().map(Object::toString).orElse(null));
        json.put("exception", letter.cause().exception());
        json.put("message", letter.cause().message());
        json.put("bodyBytes", letter.body().length);
        return line(json);
    }

    /** Any object as one line, in which no terminal finds a command: control characters are escaped, all of them. */
    public static String line(Map<String, Object> json) {
        String line = MAPPER.writeValueAsString(json);
        if (line.chars().noneMatch(c -> PlainText.isControl((char) c))) {
            return line;
        }
        StringBuilder escaped = new StringBuilder(line.length() + 16);
        // they can only stand within strings
        line.chars()
                .forEach(c -> escaped.append(
                        PlainText.isControl((char) c) ? String.format("\\u%04x", c) : String.valueOf((char) c)));
        return escaped.toString();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static DeadLetter read(String line) {
        Map<?, ?> json;
        try {
            json = MAPPER.readValue(line, Map.class);
        } catch (JacksonException e) {
            String where =
                    e.getLocation() == null ? "" : ", column " + e.getLocation().getColumnNr();
            throw new IllegalArgumentException("not a JSON object (" + e.getOriginalMessage() + where + ")", e);
        }
        if (json == null
                || !(json.get(DEAD_QUEUE) instanceof String deadQueue)
                || !(json.get(PROPERTIES) instanceof Map<?, ?> properties)) {
            throw new IllegalArgumentException("no exported dead letter: it needs '" + DEAD_QUEUE + "' (a text), '"
                    + PROPERTIES + "' (an object), and '" + BODY + "' or '" + BODY_BASE64 + "'");
        }
        return DeadLetter.of(deadQueue, JsonProperties.read(properties), body(json));
    }

    private static byte[] body(Map<?, ?> json) {
        Object text = json.get(BODY);
        Object base64 = json.get(BODY_BASE64);
        if (text instanceof String string && base64 == null) {
            return string.getBytes(StandardCharsets.UTF_8);
        }
        if (base64 instanceof String string && text == null) {
            try {
                return Base64.getDecoder().decode(string);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("'" + BODY_BASE64 + "' is not Base64", e);
            }
        }
        throw new IllegalArgumentException("it needs either '" + BODY + "' or '" + BODY_BASE64 + "', a text");
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
