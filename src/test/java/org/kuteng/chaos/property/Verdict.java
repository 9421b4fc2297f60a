package org.kuteng.chaos.property;

import java.util.ArrayList;
import java.util.List;

/**
 * What a run has shown.
 *
 * @param lost ids that should have come of confirmed messages, and that are nowhere
 * @param doubled ids that are there more than once, or done and dead, with nothing that explains it
 * @param stuck ids that should have come of messages that still lie in a queue
 * @param idle sentences about queues with messages beside workers with nothing to do
 * @param copiesTooMany how many copies went to a queue that a header of a message names
 */
record Verdict(List<String> lost, List<String> doubled, List<String> stuck, List<String> idle, long copiesTooMany) {
    private static final int SHOWN = 8;

    boolean isGood() {
        return faults().isEmpty();
    }

    /** A sentence for each kind of fault; none: all is well. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        add(faults, "lost", lost);
        add(faults, "doubled", doubled);
        add(faults, "stuck", stuck);
        faults.addAll(idle);
        if (copiesTooMany != 0) {
            faults.add(copiesTooMany + " copies more than senders asked for went to a queue that the header CC named");
        }
        return faults;
    }

    private static void add(List<String> faults, String what, List<String> ids) {
        if (!ids.isEmpty()) {
            String more = ids.size() > SHOWN ? ", ..." : "";
            faults.add(ids.size() + " " + what + ": " + String.join(", ", ids.subList(0, Math.min(SHOWN, ids.size())))
                    + more);
        }
    }
}
