package org.kuteng.app.check;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import org.kuteng.app.Suggestions;

/**
 * One fault of a route file.
 *
 * @param file the file as it was given
 * @param line from 1; 0 when the fault is the file itself and not a place in it
 * @param column from 1; 0 as for the line
 * @param severity whether it keeps the file from starting
 * @param message what is wrong, with the value, and the remedy where there is one
 */
public record Problem(Path file, int line, int column, Severity severity, String message) {

    /** By file and place. */
    public static final Comparator<Problem> ORDER = Comparator.comparing(Problem::file)
            .thenComparingInt(Problem::line)
            .thenComparingInt(Problem::column)
            .thenComparing(Problem::message);

    static Problem error(Place place, String message) {
        return new Problem(place.file(), place.line(), place.column(), Severity.ERROR, message);
    }

    /** The name that was probably meant, which the message tells as well; empty when none is near. */
    public Optional<String> suggestion() {
        return Suggestions.in(message);
    }

    /** {@code file:line:column: message}; a warning says so before the message. */
    @Override
    public String toString() {
        String place = line == 0 ? file.toString() : file + ":" + line + ":" + column;
        return place + ": " + (severity == Severity.WARNING ? "warning: " : "") + message;
    }
}
