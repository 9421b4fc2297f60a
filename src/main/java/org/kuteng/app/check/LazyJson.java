package org.kuteng.app.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value in a JSON text of which only those parts are read that are asked for.
 *
 * <p>Camel's schema of its YAML has 800 kB, of which a folder of routes needs some 20. Reading all of it into a tree
 * takes longer in a new JVM than everything else that the check does.
 */
final class LazyJson {
    private final byte[] text;
    private final int start;
    private final Map<String, LazyJson> members = new LinkedHashMap<>();
    private LazyJson newest;
    private boolean complete;
    private int end = -1;

    private LazyJson(byte[] text, int start) {
        this.text = text;
        this.start = start;
    }

    /** The JSON file on the class path, or null when there is none. */
    static LazyJson resource(String name) {
        try (InputStream in = LazyJson.class.getClassLoader().getResourceAsStream(name)) {
            return in == null ? null : new LazyJson(in.readAllBytes(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name + " from the class path", e);
        }
    }

    /** By name, in their order; none when this is no object. */
    Map<String, LazyJson> members() {
        while (readMember() != null) {
            // until all are known
        }
        return members;
    }

    /** Null when there is no such member. */
    LazyJson get(String name) {
        LazyJson known = members.get(name);
        String read = "";
        while (known == null && read != null) {
            read = readMember();
            known = name.equals(read) ? newest : null;
        }
        return known;
    }

    /** The member as text, null when there is none. */
    String text(String name) {
        LazyJson member = get(name);
        return member == null ? null : member.asText();
    }

    boolean is(String name) {
        return "true".equals(text(name));
    }

    /** The elements of a list; none when this is no list or there is no such member. */
    List<LazyJson> list(String name) {
        LazyJson list = get(name);
        List<LazyJson> elements = new ArrayList<>();
        if (list == null || text[list.start] != '[') {
            return elements;
        }
        int at = blanks(list.start + 1);
        while (text[at] != ']') {
            LazyJson element = new LazyJson(text, at);
            elements.add(element);
            at = nextAfter(element);
        }
        return elements;
    }

    List<String> texts(String name) {
        return list(name).stream().map(LazyJson::asText).toList();
    }

    /** The text without its quotes; a number or truth value as it is written. */
    String asText() {
        int end = end();
        if (text[start] != '"') {
            return new String(text, start, end - start, StandardCharsets.UTF_8);
        }
        String raw = new String(text, start + 1, end - start - 2, StandardCharsets.UTF_8);
        return raw.indexOf('\\') < 0 ? raw : raw.replace("\\\"", "\"").replace("\\\\", "\\");
    }

    /** The name of the next member, or null when there is none. */
    private String readMember() {
        if (complete || text[start] != '{') {
            return null;
        }
        int at = newest == null ? blanks(start + 1) : nextAfter(newest);
        if (text[at] == '}') {
            complete = true;
            end = at + 1;
            return null;
        }
        LazyJson name = new LazyJson(text, at);
        newest = new LazyJson(text, blanks(blanks(name.end()) + 1));
        members.put(name.asText(), newest);
        return name.asText();
    }

    private int nextAfter(LazyJson value) {
        int at = blanks(value.end());
        return text[at] == ',' ? blanks(at + 1) : at;
    }

    private int blanks(int from) {
        int at = from;
        while (text[at] <= ' ') {
            at++;
        }
        return at;
    }

    private int end() {
        if (end < 0) {
            end = endOf(start);
        }
        return end;
    }

    private int endOf(int value) {
        byte first = text[value];
        if (first == '"') {
            return endOfText(value);
        }
        int at = value;
        if (first != '{' && first != '[') {
            while (text[at] > ' ' && text[at] != ',' && text[at] != '}' && text[at] != ']') {
                at++;
            }
            return at;
        }
        int depth = 0;
        do {
            byte letter = text[at];
            if (letter == '"') {
                at = endOfText(at);
                continue;
            }
            if (letter == '{' || letter == '[') {
                depth++;
            } else if (letter == '}' || letter == ']') {
                depth--;
            }
            at++;
        } while (depth > 0);
        return at;
    }

    private int endOfText(int quote) {
        byte[] letters = text;
        int at = quote + 1;
        while (letters[at] != '"') {
            at += letters[at] == '\\' ? 2 : 1;
        }
        return at + 1;
    }
}
