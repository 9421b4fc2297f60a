package org.kuteng.untrusted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.rabbitmq.client.impl.LongStringHelper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HeaderBoundsTest {
    private static Object nested(int depth) {
        Object value = "text";
        for (int i = 1; i < depth; i++) {
            value = i % 2 == 0 ? List.of(value) : Map.of("inner", value);
        }
        return value;
    }

    private static String problem(Map<String, Object> headers) {
        return assertThrows(HeaderBoundsException.class, () -> HeaderBounds.check(headers))
                .getMessage();
    }

    @Test
    void whatPeopleUseIsTaken() {
        HeaderBounds.check(null);
        HeaderBounds.check(Map.of());
        HeaderBounds.check(Map.of("deepest", nested(HeaderBounds.MAX_DEPTH)));
        HeaderBounds.check(Map.of("long", LongStringHelper.asLongString(new byte[130_500])));
    }

    @Test
    void headersThatAreNestedWithoutEndAreRefusedWithoutFollowingThem() {
        assertEquals("header 'deep' is nested more than 16 deep", problem(Map.of("deep", nested(17))));
        assertEquals("header 'deep' is nested more than 16 deep", problem(Map.of("deep", nested(10_000))));
        List<Object> circle = new ArrayList<>();
        circle.add(circle);
        assertEquals("header 'circle' is nested more than 16 deep", problem(Map.of("circle", circle)));
        assertEquals(
                Set.of("deep", "circle"),
                HeaderBounds.exceeding(Map.of("deep", nested(10_000), "circle", circle, "flat", 1)));
    }

    @Test
    void whatCouldNotBeReadIsRefusedByTheTextThatStandsForIt() {
        Map<String, Object> headers = Map.of("deep", LongStringHelper.asLongString(HeaderBounds.TOO_DEEP));
        assertEquals("header 'deep' is nested more than 16 deep", problem(headers));
        assertEquals(Set.of("deep"), HeaderBounds.exceeding(headers));
    }

    @Test
    void tooManyValuesAreRefusedWithoutCountingThem() {
        Map<String, Object> many = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            many.put("header" + i, i);
        }
        assertEquals("there are more than 2,000 values in the headers", problem(many));
        assertEquals(Set.of(), HeaderBounds.exceeding(many), "none of them is to blame");

        List<Object> wide = List.of(1, 2, 3, 4, 5, 6, 7, 8);
        for (int depth = 0; depth < 12; depth++) {
            wide = List.of(wide, wide, wide, wide);
        }
        assertEquals("there are more than 2,000 values in the headers", problem(Map.of("wide", wide)));
    }

    @Test
    void tooManyBytesAreRefused() {
        assertEquals(
                "the headers have more than 1,048,576 bytes",
                problem(Map.of("long", LongStringHelper.asLongString(new byte[HeaderBounds.MAX_BYTES + 1]))));
    }
}
