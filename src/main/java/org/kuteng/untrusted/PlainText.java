package org.kuteng.untrusted;

/** Text that a terminal, a log or a header may show: whoever wrote it must not be able to give commands with it. */
public final class PlainText {
    private static final String CUT = "…";

    private PlainText() {}

    /**
     * Whether a character does something other than to be seen: control characters (C0, C1), separators of lines and
     * paragraphs, and what turns the direction of writing round, which makes a line look like another.
     */
    public static boolean isControl(char c) {
        return Character.isISOControl(c)
                || c >= '\u2028' && c <= '\u202e'
                || c >= '\u2066' && c <= '\u2069'
                || c == '\u061c'
                || c == '\u200e'
                || c == '\u200f';
    }

    /** In one line that is as it is but for control characters: those become {@code \n}, {@code \x1b}, {@code \u202e}. */
    public static String escaped(String text) {
        return escaped(text, "\t");
    }

    /** The same for text of several lines. */
    public static String escapedLines(String text) {
        return escaped(text, "\t\n");
    }

    private static String escaped(String text, String kept) {
        StringBuilder shown = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = !isControl(c) || kept.indexOf(c) >= 0;
            if (!plain && shown == null) {
                shown = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (shown != null) {
                shown.append(plain ? String.valueOf(c) : escape(c));
            }
        }
        return shown == null ? text : shown.toString();
    }

    private static String escape(char c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            default -> String.format(c < 256 ? "\\x%02x" : "\\u%04x", (int) c);
        };
    }

    /** No longer than so many characters and an ellipsis, and no half of a character at its end. */
    public static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = most > 0 && Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
        return text.substring(0, end) + CUT;
    }
}
