package org.kuteng.chaos.property;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds messages that lie in a queue for long while a worker of it has nothing to do. Told what it sees, and when. */
final class Idleness {
    /** What the project promises. */
    static final Duration ALLOWED = Duration.ofSeconds(5);

    /** @param waiting messages in the queue; @param inHand of its workers; @param workers how many; @param got in all */
    record Sight(long waiting, int inHand, int workers, long got) {}

    private record Since(long got, long nanos) {}

    private final Map<String, Since> idle = new TreeMap<>();
    private final Map<String, String> found = new TreeMap<>();

    /** A fault has struck or ended: workers may need some time again. */
    void excuse() {
        idle.clear();
    }

    void see(String queue, Sight sight, long nanos) {
        boolean isIdle = sight.waiting() > 0 && sight.inHand() < sight.workers();
        Since since = idle.get(queue);
        if (!isIdle || since == null || since.got() != sight.got()) {
            if (isIdle) {
                idle.put(queue, new Since(sight.got(), nanos));
            } else {
                idle.remove(queue);
            }
            return;
        }
        Duration time = Duration.ofNanos(nanos - since.nanos());
        if (time.compareTo(ALLOWED) > 0) {
            found.putIfAbsent(
                    queue,
                    "%d messages wait in %s for more than %d s, while %d of %d workers have something in hand"
                            .formatted(sight.waiting(), queue, ALLOWED.toSeconds(), sight.inHand(), sight.workers()));
        }
    }

    /** A sentence for each queue. */
    List<String> found() {
        return new ArrayList<>(found.values());
    }
}
