package org.kuteng.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    private static List<String> printed(int width, String... cells) {
        StringWriter text = new StringWriter();
        Table table = new Table("id", ">age", "cause");
        table.row(cells);
        table.print(new PrintWriter(text, true), width);
        return text.toString().lines().toList();
    }

    @Test
    void theLastColumnIsCutToTheTerminal() {
        List<String> lines = printed(40, "0123456789", "5m", "IllegalStateException: order 17 not found");
        assertEquals("id          age  cause", lines.get(0));
        assertEquals("0123456789   5m  IllegalStateException:…", lines.get(1));
        assertEquals(40, TextWidth.of(lines.get(1)));
    }

    @Test
    void elsewhereNothingIsCut() {
        String cause = "IllegalStateException: order 17 not found".repeat(10);
        assertTrue(printed(0, "0123456789", "5m", cause).get(1).endsWith(cause));
    }

    @Test
    void aWideCharacterTakesTwoColumns() {
        assertEquals("订单…", TextWidth.cut("订单无法读取", 6));
        assertEquals("订单无", TextWidth.cut("订单无", 6));
        assertEquals(1, TextWidth.of("e\u0301"));
    }

    @Test
    void idsAreCutNoShorterThanTheyCanBeToldApart() {
        assertEquals(10, ShortIds.length(List.of("0123456789ab", "a123456789ab")));
        assertEquals(12, ShortIds.length(List.of("0123456789aa", "0123456789ab", "0123456789ab")));
    }

    @Test
    void whatComesFromAMessageCannotCommandTheTerminal() {
        assertEquals("a \\x1b[31m b", Printable.line("a\n\u001b[31m\t b"));
        assertEquals("a\n\\u202eb", Printable.text("a\n\u202eb"));
    }
}
