package org.kuteng.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.kuteng.chaos.ChaosPlan.Fault;
import org.kuteng.testing.DeliveryLedger;

/** What came out of a run under faults. */
final class ChaosReport {
    private final ChaosPlan plan;
    private final Map<Fault, List<Duration>> recoveries = new EnumMap<>(Fault.class);
    private final List<Duration> brokerStarts = new ArrayList<>();
    private final List<Duration> withoutNode = new ArrayList<>();
    private DeliveryLedger ledger;
    private Duration duration;

    ChaosReport(ChaosPlan plan) {
        this.plan = plan;
    }

    void recovered(Fault fault, Duration after) {
        recoveries.computeIfAbsent(fault, f -> new ArrayList<>()).add(after);
    }

    void brokerStarted(Duration after) {
        brokerStarts.add(after);
    }

    /** All got something done while a node of a cluster was away or frozen. */
    void withoutNode(Duration after) {
        withoutNode.add(after);
    }

    void ended(DeliveryLedger books, Duration after) {
        this.ledger = books;
        this.duration = after;
    }

    DeliveryLedger ledger() {
        return ledger;
    }

    int repetitionsAllowed() {
        return plan.repetitionsAllowed();
    }

    boolean isAsPromised() {
        return ledger.confirmedCount() >= plan.messages()
                && ledger.lost().isEmpty()
                && ledger.repetitions() <= repetitionsAllowed();
    }

    /** A table in Markdown. */
    String table() {
        StringBuilder table = new StringBuilder();
        row(table, "what", "figure");
        row(table, "---", "---");
        row(table, "protection", plan.safe() ? "on" : "off (no acknowledgements, no confirmations, transient queue)");
        row(table, "messages confirmed", ledger.confirmedCount());
        row(table, "done", ledger.doneCount());
        row(table, "buried", ledger.buriedCount());
        row(
                table,
                "**confirmed, but neither done nor buried**",
                "**" + ledger.lost().size() + "**");
        row(
                table,
                "done again (allowed: what can have been in hand at the kills)",
                ledger.repetitions() + " (" + repetitionsAllowed() + ")");
        row(table, "duration", seconds(duration));
        recoveries.forEach((fault, times) -> row(
                table,
                times.size() + " × " + fault.text + ": all at work again after, median and worst",
                spread(times)));
        if (!withoutNode.isEmpty()) {
            row(table, "without the node: all at work again after, median and worst", spread(withoutNode));
        }
        if (!brokerStarts.isEmpty()) {
            row(table, "of that, the broker's own start, median and worst", spread(brokerStarts));
        }
        return table.toString();
    }

    private static void row(StringBuilder table, Object left, Object right) {
        table.append("| ").append(left).append(" | ").append(right).append(" |\n");
    }

    private static String spread(List<Duration> times) {
        List<Duration> sorted = new ArrayList<>(times);
        Collections.sort(sorted);
        return seconds(sorted.get(sorted.size() / 2)) + ", " + seconds(sorted.get(sorted.size() - 1));
    }

    static String seconds(Duration time) {
        return "%.1f s".formatted(time.toMillis() / 1000.0);
    }
}
