package org.kuteng.bench;

import java.util.Locale;

/**
 * A promise about speed, as a ratio of two figures of one run.
 *
 * @param text what is compared with what
 * @param ratios of each pair
 * @param atMost whether the ratio is to be small, as that of two latencies
 */
record Bar(String text, Figures ratios, double needed, boolean atMost) {
    static Bar atLeast(double needed, String text, Figures ratios) {
        return new Bar(text, ratios, needed, false);
    }

    static Bar atMost(double needed, String text, Figures ratios) {
        return new Bar(text, ratios, needed, true);
    }

    /** Without a figure it is not. */
    boolean isMet() {
        return atMost ? ratios.median() <= needed : ratios.median() >= needed;
    }

    /** A row in Markdown. */
    String row() {
        return String.format(
                Locale.ROOT,
                "| %s | %s %s | **%.2f** | %.2f to %.2f | %s |",
                text,
                atMost ? "at most" : "at least",
                needed,
                ratios.median(),
                ratios.least(),
                ratios.most(),
                isMet() ? "met" : "**not met**");
    }
}
