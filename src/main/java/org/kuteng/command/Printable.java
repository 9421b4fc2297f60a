package org.kuteng.command;

/** Text from messages as a terminal may show it: whoever sends a message must not be able to send it commands. */
final class Printable {
    private Printable() {}

    /** In one line, with what cannot be shown left out. */
    static String line(String text) {
        return text(text.strip().replaceAll("\\s+", " "));
    }

    /** Lines and tabs as they are, other control characters as {@code \x1b}. */
    static String text(String text) {
        StringBuilder printable = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean shown = !Character.isISOControl(c) && !isDirection(c) || c == '\n' || c == '\t';
            if (!shown && printable == null) {
                printable = new StringBuilder(text.substring(0, i));
            }
            if (printable != null) {
                printable.append(shown ? String.valueOf(c) : String.format(c < 256 ? "\\x%02x" : "\\u%04x", (int) c));
            }
        }
        return printable == null ? text : printable.toString();
    }

    /** Whether a text is one that people can read, but for a few characters. */
    static boolean isReadable(String text) {
        return text.indexOf('\0') < 0;
    }

    /** Characters that turn the direction of writing round can make a line look like another. */
    private static boolean isDirection(char c) {
        return c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069';
    }
}
