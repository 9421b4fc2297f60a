package org.kuteng.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.kuteng.testing.DeliveryLedger;

/**
 * What came out of a run beside a full queue.
 *
 * @param ledger what was confirmed, done, buried
 * @param left what lay in a queue when nothing was done any more
 * @param timesFull how often somebody looked and found the queue full
 */
record FullQueueReport(FullQueuePlan plan, DeliveryLedger ledger, Set<String> left, int timesFull, Duration duration) {
    static final String HEAD = """
            | full queue | type | confirmed | done | buried | **lost** | **stuck** | done again | seen full | duration |
            | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            """;

    /** Confirmed, but neither done nor buried nor in a queue. */
    List<String> lost() {
        return ledger.lost().stream().filter(id -> !left.contains(id)).toList();
    }

    /** Confirmed, neither done nor buried, and still in a queue. */
    List<String> stuck() {
        return ledger.lost().stream().filter(left::contains).toList();
    }

    boolean isAsPromised() {
        return ledger.confirmedCount() >= plan.messages() && ledger.lost().isEmpty() && timesFull > 0;
    }

    /** For {@link #HEAD}, in Markdown. */
    String row() {
        return "| %s | %s | %d | %d | %d | **%d** | **%d** | %d | %d times | %s |%n"
                .formatted(
                        plan.place().text,
                        plan.queueType(),
                        ledger.confirmedCount(),
                        ledger.doneCount(),
                        ledger.buriedCount(),
                        lost().size(),
                        stuck().size(),
                        ledger.repetitions(),
                        timesFull,
                        ChaosReport.seconds(duration));
    }
}
