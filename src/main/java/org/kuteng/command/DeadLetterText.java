package org.kuteng.command;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kuteng.failure.DeadLetter;
import org.kuteng.failure.Utf8;

/** A dead letter for people to read. */
final class DeadLetterText {
    private static final int NAME_WIDTH = 16;
    private static final int HEX_COLUMNS = 16;

    /** Nobody reads more of a dump. */
    private static final int HEX_MOST = 4_096;

    private final DeadLetter letter;
    private final Instant now = Instant.now();

    DeadLetterText(DeadLetter letter) {
        this.letter = letter;
    }

    void print(PrintWriter out) {
        out.println("dead letter " + Printable.line(letter.id()) + " in " + letter.deadQueue());
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("queue", letter.workQueue());
        facts.put("route", letter.route().orElse(null));
        facts.put("step", letter.step().orElse(null));
        facts.put("attempts", letter.attempts().map(String::valueOf).orElse(null));
        facts.put("crashes", letter.crashes().map(String::valueOf).orElse(null));
        facts.put("first failure", letter.firstFailure().map(this::time).orElse(null));
        facts.put("last failure", letter.lastFailure().map(this::time).orElse(null));
        boolean thrown = !letter.cause().exception().isEmpty();
        facts.put("exception", thrown ? letter.cause().exception() : null);
        facts.put(thrown ? "message" : "cause", letter.cause().message());
        facts.put(
                "had expiration",
                letter.expiration().map(millis -> millis + " ms").orElse(null));
        facts.put("broker noted", letter.brokerNote().orElse(null));
        facts.put("left out", letter.leftOut().map(names -> "headers " + names).orElse(null));
        print(out, facts);
        letter.stack().ifPresent(stack -> {
            out.println();
            out.println("stack");
            Printable.text(stack).lines().forEach(line -> out.println("  " + line));
        });
        section(out, "properties", properties());
        section(out, "headers", headers());
        printBody(out);
    }

    private String time(Instant time) {
        return time + " (" + Ages.since(time, now) + " ago)";
    }

    private Map<String, String> properties() {
        BasicProperties properties = letter.properties();
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put("message-id", properties.getMessageId());
        shown.put("timestamp", time(properties.getTimestamp()));
        shown.put("content-type", properties.getContentType());
        shown.put("content-encoding", properties.getContentEncoding());
        shown.put("delivery-mode", deliveryMode(properties.getDeliveryMode()));
        shown.put("priority", text(properties.getPriority()));
        shown.put("correlation-id", properties.getCorrelationId());
        shown.put("reply-to", properties.getReplyTo());
        shown.put("expiration", properties.getExpiration());
        shown.put("type", properties.getType());
        shown.put("user-id", properties.getUserId());
        shown.put("app-id", properties.getAppId());
        shown.put("cluster-id", properties.getClusterId());
        return shown;
    }

    private String time(Date date) {
        return date == null ? null : time(date.toInstant());
    }

    private static String deliveryMode(Integer mode) {
        return mode == null ? null : mode + (mode == 2 ? " (persistent)" : " (gone with the broker)");
    }

    private static String text(Object value) {
        return value == null ? null : value.toString();
    }

    /** Those that the message had before it failed, sorted. */
    private Map<String, String> headers() {
        Map<String, String> shown = new TreeMap<>();
        Optional.ofNullable(letter.propertiesBeforeFailure().getHeaders())
                .orElse(Map.of())
                .forEach((name, value) -> shown.put(name, value(value)));
        return shown;
    }

    private static String value(Object value) {
        if (value instanceof byte[] bytes) {
            return bytes.length + " bytes: " + HexFormat.of().formatHex(bytes);
        }
        if (value instanceof Date date) {
            return date.toInstant().toString();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(DeadLetterText::value).toList().toString();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, String> members = new TreeMap<>();
            map.forEach((name, member) -> members.put(name.toString(), value(member)));
            return members.toString();
        }
        return String.valueOf(value);
    }

    private static void section(PrintWriter out, String title, Map<String, String> entries) {
        if (entries.values().stream().anyMatch(value -> value != null)) {
            out.println();
            out.println(title);
            print(out, entries);
        }
    }

    private static void print(PrintWriter out, Map<String, String> entries) {
        int width = Math.max(
                NAME_WIDTH,
                entries.keySet().stream().mapToInt(TextWidth::of).max().orElse(0));
        entries.forEach((name, value) -> {
            if (value != null) {
                out.println("  " + TextWidth.padded(Printable.line(name), width, false) + "  " + Printable.line(value));
            }
        });
    }

    private void printBody(PrintWriter out) {
        byte[] body = letter.body();
        out.println();
        if (body.length == 0) {
            out.println("body: empty");
            return;
        }
        Optional<String> text = Utf8.decode(body).filter(Printable::isReadable);
        out.println("body: " + Count.of(body.length, "byte") + (text.isPresent() ? " of text" : ", no text"));
        if (text.isPresent()) {
            out.println(Printable.text(text.get()));
        } else {
            printHex(out, body);
        }
    }

    private static void printHex(PrintWriter out, byte[] body) {
        int shown = Math.min(body.length, HEX_MOST);
        for (int at = 0; at < shown; at += HEX_COLUMNS) {
            StringBuilder hex = new StringBuilder();
            StringBuilder text = new StringBuilder();
            for (int i = at; i < Math.min(at + HEX_COLUMNS, shown); i++) {
                hex.append(i - at == HEX_COLUMNS / 2 ? " " : "").append(String.format("%02x ", body[i]));
                text.append(body[i] >= ' ' && body[i] < 127 ? (char) body[i] : '.');
            }
            out.println(String.format("%08x  %-50s|%s|", at, hex, text));
        }
        if (shown < body.length) {
            out.println(
                    "… " + Count.of(body.length - shown, "more byte") + "; 'kuteng dead export' writes all of them");
        }
    }
}
