package org.kuteng.untrusted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class PlainTextTest {
    @Test
    void controlCharactersAreShownAndDoNothing() {
        assertEquals(
                "a\\x1b[31mb\\n\\rc\\x9bd\\x7f\\u2028\\u2029\\u202e\\u2066\\u200f\\u061c\\x85e",
                PlainText.escaped("a\u001b[31mb\n\rc\u009bd\u007f\u2028\u2029\u202e\u2066\u200f\u061c\u0085e"));
        assertEquals("two\nlines\\r", PlainText.escapedLines("two\nlines\r"));
    }

    @Test
    void textOfAnyLanguageIsLeftAsItIs() {
        String text = "é中\t🙂 \\n עברית";
        assertSame(text, PlainText.escaped(text));
    }

    @Test
    void noCharacterIsCutInHalf() {
        assertEquals("ab…", PlainText.cut("abc", 2));
        assertEquals("abc", PlainText.cut("abc", 3));
        assertEquals("a…", PlainText.cut("a🙂b", 2));
    }
}
