package org.kuteng.app.reload;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One entry of a route file: a route, or something that routes use.
 *
 * @param item the place of the entry in the file, from 0
 * @param bean the place of a bean in its list, from 0; -1 for everything else
 * @param id the id of a route, route configuration or template, the name of a bean; null if it has none
 * @param template the template that a templated route is made of; null for everything else
 * @param configurations the ids or patterns of the route configurations that it asks for; null: those without an id
 * @param text the content without comments and layout: two entries with the same text are the same
 * @param words the values in it, in which names of beans and kamelets may stand
 */
record Piece(
        Path file,
        int item,
        int bean,
        Kind kind,
        String id,
        String template,
        String configurations,
        String text,
        List<String> words) {

    private static final String BEFORE_REFERENCE = "#:'\"";

    enum Kind {
        ROUTE,
        TEMPLATED_ROUTE,
        TEMPLATE,
        CONFIGURATION,
        BEAN,
        /** It holds for the routes of its file. */
        OF_FILE,
        /** What cannot be exchanged while routes run. */
        FIXED
    }

    boolean isRoute() {
        return kind == Kind.ROUTE || kind == Kind.TEMPLATED_ROUTE;
    }

    /** Whether it refers to a name, as in {@code #name}, {@code bean:name}, {@code "name"}, or {@code name} alone. */
    boolean names(String name) {
        return words.stream().anyMatch(word -> isListed(name, word) || isReferredTo(name, word));
    }

    private static boolean isListed(String name, String text) {
        return text.contains(name)
                && Stream.of(text.split(",")).anyMatch(part -> part.trim().equals(name));
    }

    private static boolean isReferredTo(String name, String text) {
        for (int at = text.indexOf(name, 1); at > 0; at = text.indexOf(name, at + 1)) {
            int end = at + name.length();
            boolean whole = end == text.length() || !isPartOfName(text.charAt(end));
            if (whole && BEFORE_REFERENCE.indexOf(text.charAt(at - 1)) >= 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPartOfName(char letter) {
        return Character.isLetterOrDigit(letter) || letter == '_' || letter == '-';
    }
}
