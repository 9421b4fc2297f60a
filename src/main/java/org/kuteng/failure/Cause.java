package org.kuteng.failure;

import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kuteng.untrusted.PlainText;

/**
 * Why a message is a dead letter.
 *
 * @param exception the class of the exception; empty if there is none that is known
 * @param message what it said, or what else is known; may be empty
 */
public record Cause(String exception, String message) {
    static final Cause UNKNOWN = new Cause("", "unknown");

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\s]+");

    /** Numbers that tell one kind of failure from another: a status of HTTP, a state of SQL. */
    private static final String CODE = "((?i:\\b(?:status[ -]?code|status|response code|http/\\d(?:\\.\\d)?|http"
            + "|error code|code)[ :=\\[(]{1,3}[1-5]\\d{2}\\b"
            + "|\\bsql[ -]?state[ :=\\[(]{1,3}[0-9A-Z]{5}\\b))";

    /** What differs between two failures of the same kind: ids of various makes, and numbers. */
    private static final String VARIABLE = "\\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\b"
            // Camel's exchanges
            + "|\\b[0-9A-F]{15}-[0-9A-F]{16}\\b|\\bID-[\\w.-]+-\\d+-\\d+-\\d+\\b"
            + "|\\b(?=[0-9a-fA-F-]*\\d)[0-9a-fA-F]{8}[0-9a-fA-F-]*\\b|\\b0x[0-9a-fA-F]+\\b"
            // ULID, KSUID, nano id: letters and digits mixed, longer than a word that has a number in it
            + "|\\b(?=(?:[A-Za-z_-]*\\d){2})(?=[\\d_-]*[A-Za-z])[0-9A-Za-z_-]{20,}\\b"
            + "|\\d+";

    private static final Pattern CODE_OR_VARIABLE = Pattern.compile(CODE + "|" + VARIABLE);

    /** The class without its package, and the message, in one line. */
    public String text() {
        String name = exception.substring(Math.max(exception.lastIndexOf('.'), exception.lastIndexOf('$')) + 1);
        String said = UNPRINTABLE.matcher(message).replaceAll(" ").trim();
        return name.isEmpty() || said.isEmpty() ? name + said : name + ": " + said;
    }

    /** The same with {@code #} for numbers and ids, but for codes: the kind of failure, whichever message it befell. */
    public String kind() {
        return CODE_OR_VARIABLE.matcher(text()).replaceAll(Cause::codeOrSign);
    }

    private static String codeOrSign(MatchResult found) {
        String code = found.group(1);
        return code == null ? "#" : Matcher.quoteReplacement(code);
    }

    /** Whether a text that a user copied from a listing, or the name of the exception's class, is in it. */
    public boolean contains(String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        return (text() + "\n" + kind() + "\n" + exception + "\n" + message + "\n" + PlainText.escaped(text()))
                .toLowerCase(Locale.ROOT)
                .contains(wanted);
    }
}
