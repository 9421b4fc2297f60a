package org.kuteng.failure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds out which dead letters are meant by ids, or by as much of an id as tells it from the others. */
public final class IdSearch {
    /** Fewer letters than this name a dead letter only if they are all of its id. */
    public static final int SHORTEST = 4;

    private static final int EXAMPLES = 3;

    private final Map<String, Found> wanted = new LinkedHashMap<>();

    private static final class Found {
        private boolean exact;
        private final Set<String> ids = new TreeSet<>();

        void add(String id, String text) {
            if (id.equals(text)) {
                exact = true;
                ids.clear();
                ids.add(id);
            } else if (!exact && text.length() >= SHORTEST && ids.size() <= EXAMPLES && id.startsWith(text)) {
                ids.add(id);
            }
        }
    }

    /** @param texts what the user wrote */
    public IdSearch(List<String> texts) {
        texts.forEach(text -> wanted.put(text, new Found()));
    }

    /**
     * To be called with every dead letter there is.
     *
     * @return whether it may be one of those that are meant
     */
    public boolean look(DeadLetter letter) {
        wanted.forEach((text, found) -> found.add(letter.id(), text));
        return wanted.values().stream().anyMatch(found -> found.ids.contains(letter.id()));
    }

    /** The ids that are meant. */
    public Set<String> ids() {
        return wanted.values().stream().flatMap(found -> found.ids.stream()).collect(Collectors.toSet());
    }

    /**
     * What keeps it from being clear, one line each.
     *
     * @param where the queues that were searched
     */
    public List<String> problems(String where) {
        List<String> problems = new ArrayList<>();
        wanted.forEach((text, found) -> {
            if (found.ids.isEmpty()) {
                problems.add("no dead letter '" + text + "' in " + where + "; 'kuteng dead list' shows their ids"
                        + (text.length() < SHORTEST ? ", of which at least " + SHORTEST + " letters are needed" : ""));
            } else if (found.ids.size() > 1) {
                List<String> examples = found.ids.stream().limit(EXAMPLES).toList();
                problems.add("'" + text + "' is the beginning of several ids: " + String.join(", ", examples)
                        + (found.ids.size() > EXAMPLES ? ", …" : "") + "; write more of the one that is meant");
            }
        });
        return problems;
    }
}
