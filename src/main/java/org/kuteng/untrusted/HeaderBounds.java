package org.kuteng.untrusted;

import com.rabbitmq.client.LongString;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** How much may stand in the headers of a message. Far more than people use, and less than does harm. */
public final class HeaderBounds {
    /** How deep tables and lists may be nested: a header that is neither is at depth 1. */
    public static final int MAX_DEPTH = 16;

    /** Stands for a header that was nested too deep to be read: its text. */
    public static final String TOO_DEEP = "(nested too deep)";

    /** How many values there may be, those within tables and lists included. */
    public static final int MAX_VALUES = 2_000;

    /** How many bytes they may have; a broker takes less unless its {@code frame_max} was raised (131,072). */
    public static final int MAX_BYTES = 1024 * 1024;

    /** Of a number, a time, a truth value. */
    private static final int SMALL_VALUE_BYTES = 8;

    private static final int MAX_NAME_SHOWN = 100;

    private int values;
    private long bytes;

    private HeaderBounds() {}

    /**
     * Looks at the headers of a message that arrived; takes no longer than {@link #MAX_VALUES} values do.
     *
     * @param headers null: none
     * @throws HeaderBoundsException saying what is too much
     */
    public static void check(Map<String, Object> headers) {
        if (headers == null || headers.isEmpty()) {
            return;
        }
        HeaderBounds found = new HeaderBounds();
        headers.forEach((name, value) -> {
            if (!found.add(name, value, 1)) {
                throw new HeaderBoundsException(tooDeep(name));
            }
            if (found.values > MAX_VALUES) {
                throw new HeaderBoundsException(tooMany());
            }
            if (found.bytes > MAX_BYTES) {
                throw new HeaderBoundsException(
                        String.format(Locale.ROOT, "the headers have more than %,d bytes", MAX_BYTES));
            }
        });
    }

    /** What is wrong with a header that is nested deeper than {@link #MAX_DEPTH}. */
    public static String tooDeep(String name) {
        return "header '" + PlainText.cut(name, MAX_NAME_SHOWN) + "' is nested more than " + MAX_DEPTH + " deep";
    }

    /** What is wrong with headers of more than {@link #MAX_VALUES}. */
    public static String tooMany() {
        return String.format(Locale.ROOT, "there are more than %,d values in the headers", MAX_VALUES);
    }

    /** The names of those headers that are too deep, or have too many values, each by itself. */
    public static Set<String> exceeding(Map<String, Object> headers) {
        Set<String> names = new TreeSet<>();
        if (headers != null) {
            headers.forEach((name, value) -> {
                HeaderBounds found = new HeaderBounds();
                if (!found.add(name, value, 1) || found.values > MAX_VALUES) {
                    names.add(name);
                }
            });
        }
        return names;
    }

    /** @return false if it is too deep; looks no further than is needed to know that it is too much */
    private boolean add(String name, Object value, int depth) {
        bytes += name.length();
        return add(value, depth);
    }

    private boolean add(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            return false;
        }
        values++;
        if (values > MAX_VALUES) {
            return true;
        }
        if (value instanceof LongString text) {
            bytes += text.length();
            return text.length() != TOO_DEEP.length() || !text.toString().equals(TOO_DEEP);
        } else if (value instanceof byte[] binary) {
            bytes += binary.length;
        } else if (value instanceof String text) {
            bytes += text.length();
        } else if (value instanceof Map<?, ?> table) {
            for (Map.Entry<?, ?> entry : table.entrySet()) {
                if (!add(String.valueOf(entry.getKey()), entry.getValue(), depth + 1)) {
                    return false;
                }
            }
        } else if (value instanceof List<?> list) {
            for (Object item : list) {
                if (!add(item, depth + 1)) {
                    return false;
                }
            }
        } else {
            bytes += SMALL_VALUE_BYTES;
        }
        return true;
    }
}
