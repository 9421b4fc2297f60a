package org.kuteng.bench;

import java.util.List;

/**
 * What a run gave.
 *
 * @param complete false if it was told to stop before its end
 */
public record BenchReport(Environment environment, Plan plan, List<CaseResult> results, boolean complete) {
    public BenchReport {
        results = List.copyOf(results);
    }

    /** Whether a client could not be measured. */
    public boolean hasFailures() {
        return results.stream().anyMatch(result -> !result.failures().isEmpty());
    }
}
