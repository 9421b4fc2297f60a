package org.kuteng.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A line for each client over powers of two: how near it comes to what is ideal. */
final class LinePanel {
    private static final int TITLE = 30;
    private static final int PLOT = 220;
    private static final int AXIS = 48;
    private static final int LABELS = 56;
    private static final int NAMES = 160;
    private static final int NAME_HEIGHT = 15;
    private static final int TEXT = 12;

    private final String title;
    private final String below;
    private final List<Line> lines = new ArrayList<>();

    /** @param points per cent of the ideal */
    private record Line(String name, String colour, Map<Integer, Double> points) {
        double last() {
            return points.values().stream().reduce((a, b) -> b).orElse(0.0);
        }
    }

    /** @param below what the numbers below the lines are */
    LinePanel(String title, String below) {
        this.title = title;
        this.below = below;
    }

    void line(String name, String colour, Map<Integer, Double> points) {
        lines.add(new Line(name, colour, new TreeMap<>(points)));
    }

    double height() {
        return TITLE + PLOT + AXIS;
    }

    void draw(Svg svg, double left, double top, double width) {
        svg.bold(left, top + 14, title, 15);
        double bottom = top + TITLE + PLOT;
        double begin = left + LABELS;
        double end = left + width - NAMES;
        Axis axis = new Axis(bottom, top + TITLE, Math.max(100, largest()));
        for (double tick : axis.ticks()) {
            svg.line(begin, axis.pixel(tick), end, axis.pixel(tick), Svg.GRID, 1);
            svg.text(begin - 8, axis.pixel(tick) + 4, axis.label(tick) + " %", Svg.Anchor.END, TEXT - 1, Svg.PALE);
        }
        List<Integer> all = lines.stream()
                .flatMap(line -> line.points.keySet().stream())
                .distinct()
                .sorted()
                .toList();
        for (int count : all) {
            double x = x(count, all, begin, end);
            svg.line(x, bottom, x, bottom + 4, Svg.PALE, 1);
            svg.text(x, bottom + 18, String.valueOf(count), Svg.Anchor.MIDDLE, TEXT - 1, Svg.PALE);
        }
        svg.text((begin + end) / 2, bottom + 36, below, Svg.Anchor.MIDDLE, TEXT - 1, Svg.PALE);
        lines.forEach(line -> draw(svg, line, all, axis, begin, end));
        name(svg, axis, end);
    }

    private double largest() {
        return lines.stream()
                .flatMap(line -> line.points.values().stream())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
    }

    private static void draw(Svg svg, Line line, List<Integer> all, Axis axis, double begin, double end) {
        double lastX = Double.NaN;
        double lastY = Double.NaN;
        for (Map.Entry<Integer, Double> point : line.points.entrySet()) {
            double x = x(point.getKey(), all, begin, end);
            double y = axis.pixel(point.getValue());
            if (!Double.isNaN(lastX)) {
                svg.line(lastX, lastY, x, y, line.colour, 2);
            }
            svg.dot(x, y, line.colour);
            lastX = x;
            lastY = y;
        }
    }

    /** Beside the end of each line; those that end together are written below each other. */
    private void name(Svg svg, Axis axis, double end) {
        List<Line> fromTheTop = new ArrayList<>(lines);
        fromTheTop.sort((a, b) -> Double.compare(b.last(), a.last()));
        double free = Double.NEGATIVE_INFINITY;
        for (Line line : fromTheTop) {
            double y = Math.max(axis.pixel(line.last()) + 4, free);
            svg.text(end + 12, y, "%s  %.0f %%".formatted(line.name, line.last()), Svg.Anchor.START, TEXT, line.colour);
            free = y + NAME_HEIGHT;
        }
    }

    private static double x(int count, List<Integer> all, double begin, double end) {
        double first = Math.log(all.get(0));
        double span = Math.log(all.get(all.size() - 1)) - first;
        return span == 0 ? (begin + end) / 2 : begin + (end - begin) * (Math.log(count) - first) / span;
    }
}
