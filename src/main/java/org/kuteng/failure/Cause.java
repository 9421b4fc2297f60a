package org.kuteng.failure;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Why a message is a dead letter.
 *
 * @param exception the class of the exception; empty if there is none that is known
 * @param message what it said, or what else is known; may be empty
 */
public record Cause(String exception, String message) {
    static final Cause UNKNOWN = new Cause("", "unknown");

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\s]+");

    /** What differs between two failures of the same kind: numbers, and ids in hexadecimal. */
    private static final Pattern VARIABLE =
            Pattern.compile("\\b(?=[0-9a-fA-F-]*\\d)[0-9a-fA-F]{8}[0-9a-fA-F-]*\\b|\\b0x[0-9a-fA-F]+\\b|\\d+");

    /** The class without its package, and the message, in one line. */
    public String text() {
        String name = exception.substring(Math.max(exception.lastIndexOf('.'), exception.lastIndexOf('$')) + 1);
        String said = UNPRINTABLE.matcher(message).replaceAll(" ").trim();
        return name.isEmpty() || said.isEmpty() ? name + said : name + ": " + said;
    }

    /** The same with {@code #} for numbers and ids: the kind of failure, whichever message it befell. */
    public String kind() {
        return VARIABLE.matcher(text()).replaceAll("#");
    }

    /** Whether a text that a user copied from a listing, or the name of the exception's class, is in it. */
    public boolean contains(String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        return (text() + "\n" + kind() + "\n" + exception + "\n" + message)
                .toLowerCase(Locale.ROOT)
                .contains(wanted);
    }
}
