package org.kuteng.command;

import org.kuteng.untrusted.PlainText;

/** Text from messages as a terminal may show it: whoever sends a message must not be able to send it commands. */
final class Printable {
    private Printable() {}

    /** In one line, white space as single blanks, control characters as {@code \x1b}. */
    static String line(String text) {
        return PlainText.escaped(text.strip().replaceAll("\\s+", " "));
    }

    /** Lines and tabs as they are, other control characters as {@code \x1b}. */
    static String text(String text) {
        return PlainText.escapedLines(text.replace("\r\n", "\n"));
    }

    /** Whether a text is one that people can read, but for a few characters. */
    static boolean isReadable(String text) {
        return text.indexOf('\0') < 0;
    }
}
