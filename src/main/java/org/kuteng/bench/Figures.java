package org.kuteng.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What several rounds of the same measurement gave, in the order of the rounds. */
public record Figures(List<Double> values) {
    public Figures {
        values = List.copyOf(values);
    }

    /** The one in the middle; of two in the middle the mean. NaN if there are none. */
    public double median() {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = values.stream().sorted().toList();
        int size = sorted.size();
        return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    }

    public double least() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    }

    public double most() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }

    /** These against others, round by round, for as many rounds as both have. */
    public Figures over(Figures others) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(values.size(), others.values.size()); i++) {
            ratios.add(values.get(i) / others.values.get(i));
        }
        return new Figures(ratios);
    }

    /**
     * The value below which a part of the values lies.
     *
     * @param part 0.5 for the median, 0.99 for the 99th percentile
     * @param sorted in ascending order, at least one
     */
    static long percentile(double part, long[] sorted) {
        int index = (int) Math.ceil(part * sorted.length) - 1;
        return sorted[Math.max(0, Math.min(sorted.length - 1, index))];
    }

    /** The same, of values in any order. */
    static long percentile(double part, long[] values, int count) {
        long[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return percentile(part, sorted);
    }
}
