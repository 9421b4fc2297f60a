package org.kuteng.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.LongString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.kuteng.untrusted.HeaderBounds;
import org.kuteng.untrusted.PlainText;

/**
 * Makes the properties and headers of a message fit into the one frame in which AMQP sends them ({@code frame_max}), so
 * that a message whose headers fill it can be retried, moved and buried none the less.
 */
final class HeaderFit {
    /** What tells the story of a failure in the most characters; the first is the first to be cut. */
    private static final List<String> LONG_TEXTS =
            List.of(FailureHeaders.STACK, FailureHeaders.BROKER, FailureHeaders.MESSAGE);

    /** Of a text that is to say anything, in characters. */
    private static final int SHORTEST = 100;

    /** The properties besides the headers: thirteen, of 256 bytes at the most, and the frame around them. */
    private static final int MOST_WITHOUT_HEADERS = 4_096;

    /** A number, or what stands around a text. */
    private static final int MOST_OF_SMALL_VALUE = 16;

    /** In UTF-8, of a character of Java's. */
    private static final int BYTES_OF_CHARACTER = 3;

    private static final int MAX_NAME_SHOWN = 60;

    private static final int MAX_NAMED = 10;

    private HeaderFit() {}

    /** How many bytes the client library writes for them, in a frame of their own. */
    static int frameSize(BasicProperties properties) {
        try {
            return properties.toFrame(0, 0).size();
        } catch (IOException e) {
            throw new UncheckedIOException("nothing is sent yet", e);
        }
    }

    private static boolean fits(BasicProperties properties, int frameMax) {
        return frameMax == 0 || mostBytes(properties.getHeaders()) <= frameMax || frameSize(properties) <= frameMax;
    }

    /** More bytes than they can have, without writing them; {@link Long#MAX_VALUE} if that cannot be told. */
    private static long mostBytes(Map<String, Object> headers) {
        long bytes = MOST_WITHOUT_HEADERS;
        if (headers != null) {
            for (Map.Entry<String, Object> header : headers.entrySet()) {
                Object value = header.getValue();
                if (value instanceof String text) {
                    bytes += (long) text.length() * BYTES_OF_CHARACTER;
                } else if (value instanceof LongString text) {
                    bytes += text.length();
                } else if (!(value instanceof Number || value instanceof Boolean || value instanceof Date)) {
                    return Long.MAX_VALUE;
                }
                bytes += MOST_OF_SMALL_VALUE + (long) header.getKey().length() * BYTES_OF_CHARACTER;
            }
        }
        return bytes;
    }

    /**
     * Shortens what was noted of a failure until it fits; nothing that the message had itself is touched.
     *
     * @param frameMax bytes; 0: there is no bound
     * @return empty if that is not enough, or if some headers are nested too deep to be sent
     */
    static Optional<BasicProperties> shortened(BasicProperties properties, int frameMax) {
        if (!HeaderBounds.exceeding(properties.getHeaders()).isEmpty()) {
            return Optional.empty();
        }
        BasicProperties shorter = properties;
        for (String name : LONG_TEXTS) {
            if (fits(shorter, frameMax)) {
                return Optional.of(shorter);
            }
            shorter = shorten(shorter, name, frameSize(shorter) - frameMax);
        }
        return fits(shorter, frameMax) ? Optional.of(shorter) : Optional.empty();
    }

    /** @param over how many bytes there are too many */
    private static BasicProperties shorten(BasicProperties properties, String name, int over) {
        Map<String, Object> headers = new LinkedHashMap<>(properties.getHeaders());
        Object value = headers.get(name);
        if (value == null) {
            return properties;
        }
        String text = value.toString();
        // each character that goes is one byte at least; the ellipsis has three
        int left = text.length() - over - 3;
        if (left < SHORTEST) {
            headers.remove(name);
        } else {
            headers.put(name, PlainText.cut(text, left));
        }
        return properties.builder().headers(headers).build();
    }

    /**
     * Makes them fit in any case: leaves out headers that exceed {@link HeaderBounds} and then the largest of those that
     * the message had, notes which in {@link FailureHeaders#LEFT_OUT}, and keeps what was noted of the failure as long
     * as it can.
     *
     * @param frameMax bytes; 0: there is no bound
     */
    static BasicProperties cut(BasicProperties properties, int frameMax) {
        Optional<BasicProperties> whole = shortened(properties, frameMax);
        if (whole.isPresent()) {
            return whole.get();
        }
        Map<String, Object> headers = new LinkedHashMap<>(properties.getHeaders());
        Map<String, String> leftOut = new LinkedHashMap<>();
        for (String name : HeaderBounds.exceeding(headers)) {
            headers.remove(name);
            leftOut.put(name, "nested too deep, or too many values");
        }
        long size = frameSize(with(properties, headers, leftOut));
        for (Sized header : largestFirst(headers)) {
            if (frameMax == 0 || size <= frameMax) {
                break;
            }
            headers.remove(header.name());
            leftOut.put(header.name(), String.format(Locale.ROOT, "%,d bytes", header.bytes()));
            size -= header.bytes();
            if (size <= frameMax) {
                // the note about them has grown
                size = frameSize(with(properties, headers, leftOut));
            }
        }
        return shortened(with(properties, headers, leftOut), frameMax)
                .orElseGet(() -> bare(properties, headers, leftOut));
    }

    /** A frame that holds hardly more than the properties: no broker is set up like that on purpose. */
    private static BasicProperties bare(
            BasicProperties properties, Map<String, Object> headers, Map<String, String> leftOut) {
        headers.keySet().removeAll(LONG_TEXTS);
        return with(properties, headers, leftOut);
    }

    private static BasicProperties with(
            BasicProperties properties, Map<String, Object> headers, Map<String, String> leftOut) {
        Map<String, Object> all = new LinkedHashMap<>(headers);
        if (!leftOut.isEmpty()) {
            all.put(FailureHeaders.LEFT_OUT, note(leftOut));
        }
        return properties.builder().headers(all).build();
    }

    private static String note(Map<String, String> leftOut) {
        StringBuilder note = new StringBuilder();
        leftOut.entrySet().stream().limit(MAX_NAMED).forEach(entry -> note.append(note.length() == 0 ? "" : ", ")
                .append(PlainText.cut(entry.getKey(), MAX_NAME_SHOWN))
                .append(" (")
                .append(entry.getValue())
                .append(')'));
        if (leftOut.size() > MAX_NAMED) {
            note.append(" and ").append(leftOut.size() - MAX_NAMED).append(" more");
        }
        return note.toString();
    }

    private record Sized(String name, long bytes) {}

    /** Those that the message had itself. */
    private static List<Sized> largestFirst(Map<String, Object> headers) {
        List<Sized> sized = new ArrayList<>();
        int empty = frameSize(new BasicProperties.Builder().headers(Map.of()).build());
        headers.forEach((name, value) -> {
            if (!OwnHeaders.isBounded(name)) {
                Map<String, Object> alone = new LinkedHashMap<>();
                alone.put(name, value);
                int bytes =
                        frameSize(new BasicProperties.Builder().headers(alone).build()) - empty;
                sized.add(new Sized(name, bytes));
            }
        });
        sized.sort(Comparator.comparingLong(Sized::bytes).reversed());
        return sized;
    }
}
