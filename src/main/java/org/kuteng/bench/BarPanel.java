package org.kuteng.bench;

import java.util.ArrayList;
import java.util.List;

/** A bar for each client, group by group, with the least and the most of its rounds. */
final class BarPanel {
    private static final int TITLE = 30;
    private static final int ROW = 22;
    private static final int BAR = 14;
    private static final int GROUP_GAP = 14;
    private static final int GROUP_TITLE = 20;
    private static final int AXIS = 34;
    private static final int NAMES = 150;

    /** What stands at the right of the longest bar. */
    private static final int VALUES = 150;

    private static final int TEXT = 12;

    private final String title;
    private final String unit;
    private final List<Group> groups = new ArrayList<>();

    /** @param text what is written at the end of the bar */
    record Bar(String name, String colour, Figures figures, String text) {}

    private record Group(String title, List<Bar> bars) {}

    BarPanel(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    void group(String name, List<Bar> bars) {
        groups.add(new Group(name, bars));
    }

    double height() {
        int rows = groups.stream().mapToInt(group -> group.bars.size()).sum();
        return TITLE + rows * ROW + groups.size() * (GROUP_TITLE + GROUP_GAP) + AXIS;
    }

    void draw(Svg svg, double left, double top, double width) {
        svg.bold(left, top + 14, title, 15);
        double largest = groups.stream()
                .flatMap(group -> group.bars.stream())
                .mapToDouble(bar -> bar.figures.most())
                .max()
                .orElse(1);
        Axis axis = new Axis(left + NAMES, left + width - VALUES, largest);
        double bottom = top + height() - AXIS;
        for (double tick : axis.ticks()) {
            double x = axis.pixel(tick);
            svg.line(x, top + TITLE, x, bottom, Svg.GRID, 1);
            svg.text(x, bottom + 16, axis.label(tick), Svg.Anchor.MIDDLE, TEXT - 1, Svg.PALE);
        }
        svg.text(left + width - VALUES + 40, bottom + 16, unit, Svg.Anchor.START, TEXT - 1, Svg.PALE);
        double y = top + TITLE;
        for (Group group : groups) {
            svg.text(left, y + 14, group.title, Svg.Anchor.START, TEXT, Svg.PALE);
            y += GROUP_TITLE;
            for (Bar bar : group.bars) {
                draw(svg, bar, axis, left, y);
                y += ROW;
            }
            y += GROUP_GAP;
        }
    }

    private static void draw(Svg svg, Bar bar, Axis axis, double left, double y) {
        double middle = y + BAR / 2.0;
        double start = axis.pixel(0);
        Figures figures = bar.figures;
        svg.text(left + NAMES - 10, middle + 4, bar.name, Svg.Anchor.END, TEXT, Svg.INK);
        svg.rectangle(start, y, Math.max(1, axis.pixel(figures.median()) - start), BAR, bar.colour);
        svg.line(axis.pixel(figures.least()), middle, axis.pixel(figures.most()), middle, Svg.INK, 1.2);
        for (double end : new double[] {figures.least(), figures.most()}) {
            svg.line(axis.pixel(end), middle - 3.5, axis.pixel(end), middle + 3.5, Svg.INK, 1.2);
        }
        svg.text(axis.pixel(figures.most()) + 8, middle + 4, bar.text, Svg.Anchor.START, TEXT, Svg.INK);
    }
}
