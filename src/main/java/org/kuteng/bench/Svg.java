package org.kuteng.bench;

import java.util.Locale;

/** Shapes and texts of a picture, in pixels from its upper left corner. */
final class Svg {
    static final String INK = "#1f2933";
    static final String PALE = "#7b8794";
    static final String GRID = "#e4e7eb";

    private static final String FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif";

    private final StringBuilder shapes = new StringBuilder();

    /** Where a text has its fixed end. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    Svg rectangle(double x, double y, double width, double height, String colour) {
        return add(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" fill=\"%s\"/>",
                x, y, width, height, colour);
    }

    Svg line(double x1, double y1, double x2, double y2, String colour, double width) {
        return add(
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%.1f\"/>",
                x1, y1, x2, y2, colour, width);
    }

    Svg dot(double x, double y, String colour) {
        return add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>", x, y, colour);
    }

    Svg text(double x, double y, String text, Anchor anchor, int size, String colour) {
        return add(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"%s\">%s</text>",
                x, y, anchor.name().toLowerCase(Locale.ROOT), size, colour, escaped(text));
    }

    Svg bold(double x, double y, String text, int size) {
        return add(
                "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" font-weight=\"600\" fill=\"%s\">%s</text>",
                x, y, size, INK, escaped(text));
    }

    private Svg add(String format, Object... values) {
        shapes.append("  ").append(String.format(Locale.ROOT, format, values)).append('\n');
        return this;
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** The whole file. */
    String document(String title, double width, double height) {
        return String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$.0f\" height=\"%2$.0f\""
                                + " viewBox=\"0 0 %1$.0f %2$.0f\" role=\"img\" font-family=\"%3$s\">%n",
                        width,
                        height,
                        FONT)
                + "  <title>" + escaped(title) + "</title>\n"
                + "  <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
                + shapes + "</svg>\n";
    }
}
