package org.kuteng.chaos.property;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What was confirmed, what came of it, and what was buried. Whatever comes of a message has its id with a letter behind
 * it, so that everything can be reckoned from the ids of the first messages.
 */
final class Book {
    private final Scenario scenario;
    private final Predicate<String> mayRepeat;
    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> products = new ConcurrentHashMap<>();
    private final Map<String, Integer> dead = new ConcurrentHashMap<>();
    private final Map<String, Integer> received = new ConcurrentHashMap<>();

    /** @param mayRepeat of which messages the script itself makes more than one */
    Book(Scenario scenario, Predicate<String> mayRepeat) {
        this.scenario = scenario;
        this.mayRepeat = mayRepeat;
    }

    /** The broker has the first message. */
    void confirmed(String id) {
        confirmed.add(id);
    }

    /** A worker has got the message. */
    void received(String id) {
        received.merge(id, 1, Integer::sum);
    }

    /** This has come of the messages, and nothing more comes of it. */
    void product(String id) {
        products.merge(id, 1, Integer::sum);
    }

    /** The message was found among the dead letters. */
    void buried(String id) {
        dead.merge(id, 1, Integer::sum);
    }

    /** Grows with everything that happens. */
    long events() {
        return sum(products) + sum(dead) + sum(received);
    }

    private static long sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToLong(count -> count).sum();
    }

    /** Whether everything that was confirmed has ended. */
    boolean isSettled() {
        return missing().isEmpty();
    }

    /** What should have come of confirmed messages, and did not, and none of those it comes of was buried. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        confirmed.forEach(id -> findMissing(id, missing));
        missing.sort(String::compareTo);
        return missing;
    }

    private void findMissing(String id, List<String> missing) {
        if (dead.containsKey(id)) {
            return;
        }
        Scenario.Stage stage = scenario.stageOf(id);
        for (String child : stage.children(id)) {
            if (stage.next() != null && stage.shape().sends()) {
                findMissing(child, missing);
            } else if (!products.containsKey(child)) {
                missing.add(child);
            }
        }
    }

    /** What is there more than once, or both done and dead, and nothing that went wrong explains it. */
    List<String> doubled() {
        if (scenario.isDisturbed()) {
            return List.of();
        }
        Set<String> doubled = new HashSet<>();
        products.forEach((id, count) -> {
            if (count > 1 || line(id).stream().anyMatch(dead::containsKey)) {
                doubled.add(id);
            }
        });
        dead.forEach((id, count) -> {
            if (count > 1) {
                doubled.add(id);
            }
        });
        return doubled.stream()
                .filter(id -> line(id).stream().noneMatch(mayRepeat))
                .sorted()
                .toList();
    }

    /** The id, and the ids of what it comes of. */
    private static List<String> line(String id) {
        List<String> line = new ArrayList<>(List.of(id));
        for (int dot = id.lastIndexOf('.'); dot > 0; dot = id.lastIndexOf('.', dot - 1)) {
            line.add(id.substring(0, dot));
        }
        return line;
    }

    /**
     * The end of the account.
     *
     * @param left the ids of messages that lie in a queue after everything has stopped
     */
    Verdict verdict(Set<String> left, List<String> idle, long copiesTooMany) {
        List<String> missing = missing();
        List<String> stuck = missing.stream()
                .filter(id -> line(id).stream().anyMatch(left::contains))
                .toList();
        List<String> lost = missing.stream().filter(id -> !stuck.contains(id)).toList();
        return new Verdict(lost, doubled(), stuck, idle, copiesTooMany);
    }

    @Override
    public String toString() {
        return "confirmed %d, received %d, products %d, dead %d"
                .formatted(confirmed.size(), sum(received), sum(products), sum(dead));
    }
}
