package org.kuteng.command;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Columns as wide as what is in them; the last one takes what is left of the line. */
final class Table {
    private static final String GAP = "  ";

    /** What the last column gets even on a narrow terminal. */
    private static final int LEAST = 20;

    /** A column that is wider has its longest texts cut on a terminal. */
    private static final int WIDEST = 24;

    private final String[] titles;
    private final boolean[] right;
    private final List<String[]> rows = new ArrayList<>();

    /** @param titles those that begin with {@code >} stand at the right of their column */
    Table(String... titles) {
        this.titles = new String[titles.length];
        this.right = new boolean[titles.length];
        for (int i = 0; i < titles.length; i++) {
            right[i] = titles[i].startsWith(">");
            this.titles[i] = right[i] ? titles[i].substring(1) : titles[i];
        }
    }

    void row(String... cells) {
        rows.add(cells);
    }

    /** @param width columns of the terminal; 0: as wide as it gets */
    void print(PrintWriter out, int width) {
        int[] widths = new int[titles.length];
        int used = 0;
        for (int i = 0; i < titles.length - 1; i++) {
            int column = i;
            widths[i] = Math.max(
                    TextWidth.of(titles[i]),
                    rows.stream()
                            .mapToInt(row -> TextWidth.of(row[column]))
                            .max()
                            .orElse(0));
            if (width > 0 && i > 0) {
                widths[i] = Math.min(widths[i], WIDEST);
            }
            used += widths[i] + GAP.length();
        }
        int last = titles.length - 1;
        widths[last] = width == 0 ? Integer.MAX_VALUE : Math.max(LEAST, width - used);
        print(out, titles, widths);
        rows.forEach(row -> print(out, row, widths));
    }

    private void print(PrintWriter out, String[] cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        int last = cells.length - 1;
        for (int i = 0; i < last; i++) {
            line.append(TextWidth.padded(TextWidth.cut(cells[i], widths[i]), widths[i], right[i]))
                    .append(GAP);
        }
        line.append(TextWidth.cut(cells[last], widths[last]));
        out.println(line.toString().stripTrailing());
    }
}
