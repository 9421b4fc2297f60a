package org.kuteng.testing;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Keeps the books of a test under faults: every message that the broker confirmed must have been done or buried. Done
 * without a confirm is no fault: the publisher died before it heard the answer.
 */
public final class DeliveryLedger {
    private static final int SHOWN = 10;

    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();
    private final Set<String> buried = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> timesDone = new ConcurrentHashMap<>();

    /** The broker has said that it has the message. */
    public void confirmed(String id) {
        confirmed.add(id);
    }

    /** A worker has finished the message. */
    public void done(String id) {
        timesDone.merge(id, 1, Integer::sum);
    }

    /** The message was found among the dead letters. */
    public void buried(String id) {
        buried.add(id);
    }

    public int confirmedCount() {
        return confirmed.size();
    }

    /** Different messages, each counted once. */
    public int doneCount() {
        return timesDone.size();
    }

    public int buriedCount() {
        return buried.size();
    }

    /** Confirmed, but neither done nor buried; sorted. */
    public List<String> lost() {
        return sorted(confirmed.stream().filter(id -> !timesDone.containsKey(id) && !buried.contains(id)));
    }

    /** Done more than once; sorted. */
    public List<String> doubled() {
        return sorted(timesDone.entrySet().stream()
                .filter(entry -> entry.getValue() > 1)
                .map(Map.Entry::getKey));
    }

    /** How often work was done that had been done before. */
    public int repetitions() {
        return timesDone.values().stream().mapToInt(times -> times - 1).sum();
    }

    /** To wait for: at least one message was confirmed, and none is missing. */
    public boolean isSettled() {
        return !confirmed.isEmpty() && lost().isEmpty();
    }

    public void assertNothingLost() {
        if (!lost().isEmpty()) {
            throw new AssertionError(lost().size() + " messages lost: " + first(lost()) + "; " + this);
        }
    }

    public void assertRepetitionsAtMost(int limit) {
        if (repetitions() > limit) {
            throw new AssertionError(
                    "done again " + repetitions() + " times, allowed " + limit + ": " + first(doubled()) + "; " + this);
        }
    }

    private static List<String> sorted(Stream<String> ids) {
        return ids.sorted().toList();
    }

    private static String first(List<String> ids) {
        return String.join(", ", ids.subList(0, Math.min(SHOWN, ids.size()))) + (ids.size() > SHOWN ? ", ..." : "");
    }

    @Override
    public String toString() {
        return "confirmed %d, done %d, buried %d, lost %d, doubled %d"
                .formatted(
                        confirmedCount(),
                        doneCount(),
                        buriedCount(),
                        lost().size(),
                        doubled().size());
    }
}
