package org.kuteng.app.check;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Files that could not be understood to the end. A name that stands there, and not only where it is known to be used,
 * may well be defined there, so that it is not reported as unknown: one fault must not give thirty lines.
 */
final class Unread {
    private final Map<Path, String> texts = new HashMap<>();

    void add(Path file, String text) {
        texts.put(file, text);
    }

    /** @param uses where the name is known to be used */
    boolean mentions(String name, Collection<Place> uses) {
        return texts.entrySet().stream().anyMatch(file -> {
            long here = uses.stream()
                    .filter(place -> place.file().equals(file.getKey()))
                    .count();
            return count(file.getValue(), name) > here;
        });
    }

    private static int count(String text, String name) {
        int count = 0;
        for (int at = text.indexOf(name); at >= 0 && !name.isEmpty(); at = text.indexOf(name, at + name.length())) {
            count++;
        }
        return count;
    }
}
