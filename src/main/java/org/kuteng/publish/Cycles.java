package org.kuteng.publish;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds full queues whose workers may wait for each other. Some worker of each waits to send to the next; if all of them
 * do, nothing of it goes on by itself. How many there are is not known here, as others may run in other processes.
 */
final class Cycles {
    private Cycles() {}

    /** Each cycle as the names of its queues in the order of sending, beginning with the first by name. */
    static Set<List<String>> among(Collection<BlockedSender> blocked) {
        Map<String, Set<String>> targets = new TreeMap<>();
        for (BlockedSender sender : blocked) {
            if (sender.from() != null) {
                targets.computeIfAbsent(sender.from(), from -> new TreeSet<>()).add(sender.to());
            }
        }
        Set<List<String>> found = new HashSet<>();
        for (String start : targets.keySet()) {
            follow(start, start, targets, new ArrayList<>(), new HashSet<>(), found);
        }
        return found;
    }

    /** Only cycles in which no name comes before the start, so that each is found once. */
    private static void follow(
            String start,
            String at,
            Map<String, Set<String>> targets,
            List<String> path,
            Set<String> seen,
            Set<List<String>> found) {
        path.add(at);
        seen.add(at);
        for (String next : targets.getOrDefault(at, Set.of())) {
            if (next.equals(start)) {
                found.add(List.copyOf(path));
            } else if (next.compareTo(start) > 0 && !seen.contains(next)) {
                follow(start, next, targets, path, seen, found);
            }
        }
        path.remove(path.size() - 1);
    }
}
