package org.kuteng.command;

/** How many columns of a terminal a text takes. */
final class TextWidth {
    private static final String CUT = "…";

    private TextWidth() {}

    static int of(String text) {
        return text.codePoints().map(TextWidth::of).sum();
    }

    private static int of(int c) {
        int type = Character.getType(c);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        boolean wide = c >= 0x1100 && c <= 0x115f
                || c >= 0x2e80 && c <= 0xa4cf
                || c >= 0xac00 && c <= 0xd7a3
                || c >= 0xf900 && c <= 0xfaff
                || c >= 0xfe30 && c <= 0xfe6f
                || c >= 0xff00 && c <= 0xff60
                || c >= 0x1f300 && c <= 0x1faff
                || c >= 0x20000 && c <= 0x3fffd;
        return wide ? 2 : 1;
    }

    /** Cut to a width, with an ellipsis in the last column. */
    static String cut(String text, int width) {
        // cheap for what is short, and never walks along a text of a megabyte
        if (text.length() <= width / 2 || text.length() <= 2 * width && of(text) <= width) {
            return text;
        }
        int used = 0;
        int end = 0;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            if (used + of(c) > width - 1) {
                break;
            }
            used += of(c);
            end += Character.charCount(c);
        }
        return end == text.length() ? text : text.substring(0, end) + CUT;
    }

    static String padded(String text, int width, boolean right) {
        String padding = " ".repeat(Math.max(0, width - of(text)));
        return right ? padding + text : text + padding;
    }
}
