package org.kuteng.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnconfirmedWindowTest {
    private final List<String> taken = new ArrayList<>();

    @Test
    void oneNumberIsTakenOutAlone() {
        UnconfirmedWindow<String> window = windowOf(10, "a", "b", "c");

        window.settle(2, false, taken::add);

        assertEquals(List.of("b"), taken);
        assertEquals(List.of("a", "c"), window.messages());
    }

    @Test
    void allUpToANumberAreTakenOutInOrder() {
        UnconfirmedWindow<String> window = windowOf(10, "a", "b", "c");

        window.settle(2, true, taken::add);

        assertEquals(List.of("a", "b"), taken);
        assertEquals("c", window.oldest());
    }

    @Test
    void aNumberThatWasNeverGivenTakesNothingElse() {
        UnconfirmedWindow<String> window = windowOf(10, "a");

        window.settle(7, false, taken::add);
        window.settle(0, true, taken::add);
        assertEquals(List.of(), taken);
        window.settle(7, true, taken::add);
        assertEquals(List.of("a"), taken);
        assertNull(window.remove(1));
        assertNull(window.oldest());
    }

    @Test
    void itIsFullWhenAsManyAreInItAsAreAllowed() {
        UnconfirmedWindow<String> window = windowOf(2, "a", "b");
        assertTrue(window.isFull());

        window.settle(1, false, taken::add);

        assertFalse(window.isFull());
    }

    @Test
    void oneSlowMessageDoesNotLetTheNumbersRunRoundIt() {
        UnconfirmedWindow<Long> window = new UnconfirmedWindow<>(4);
        window.add(1, 1L);
        long next = 2;
        while (!window.isFull()) {
            window.add(next, next);
            window.settle(next, false, message -> {});
            next++;
        }

        long last = next;
        assertThrows(IllegalStateException.class, () -> window.add(last, last));
        assertEquals(1L, window.oldest());
        assertTrue(last > 4, "it takes more than the limit before it comes to that");
    }

    @Test
    void numbersAreNotGivenTwice() {
        UnconfirmedWindow<String> window = windowOf(10, "a", "b");

        assertThrows(IllegalStateException.class, () -> window.add(2, "x"));
    }

    @Test
    void theLastMessageCanBeTakenBackSoThatItsNumberIsGivenAgain() {
        UnconfirmedWindow<String> window = windowOf(10, "a", "b");

        assertTrue(window.takeBack());
        window.add(2, "c");

        assertEquals(List.of("a", "c"), window.messages());
    }

    @Test
    void theOnlyMessageCanBeTakenBack() {
        UnconfirmedWindow<String> window = windowOf(10, "a");

        assertTrue(window.takeBack());
        assertEquals(0, window.size());
        window.add(1, "b");

        assertEquals("b", window.oldest());
    }

    @Test
    void whatIsGoneCannotBeTakenBack() {
        UnconfirmedWindow<String> window = windowOf(10, "a", "b");
        window.settle(2, false, taken::add);

        assertFalse(window.takeBack());
        assertEquals(List.of("a"), window.messages());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 1000})
    void itDoesWhatASortedMapDoes(int limit) {
        Random random = new Random(limit);
        UnconfirmedWindow<Long> window = new UnconfirmedWindow<>(limit);
        NavigableMap<Long, Long> model = new TreeMap<>();
        long next = 1;
        for (int step = 0; step < 20_000; step++) {
            List<Long> out = new ArrayList<>();
            List<Long> expected = new ArrayList<>();
            // around what is in there, and past both ends
            long number = next - random.nextInt(2 * limit + 3) + 1;
            switch (random.nextInt(6)) {
                case 0 -> {
                    window.settle(number, true, out::add);
                    NavigableMap<Long, Long> settled = model.headMap(number, true);
                    expected.addAll(settled.values());
                    settled.clear();
                }
                case 1 -> {
                    window.settle(number, false, out::add);
                    Long one = model.remove(number);
                    if (one != null) {
                        expected.add(one);
                    }
                }
                case 2 -> assertEquals(model.remove(number), window.remove(number));
                case 3 -> {
                    if (random.nextInt(10) == 0) {
                        out.addAll(window.messages());
                        window.clear();
                        expected.addAll(model.values());
                        model.clear();
                    } else if (model.containsKey(next - 1)) {
                        assertTrue(window.takeBack());
                        model.remove(--next);
                    }
                }
                default -> {
                    if (!window.isFull()) {
                        window.add(next, next);
                        model.put(next, next);
                        next++;
                    }
                }
            }
            assertEquals(expected, out);
            assertEquals(model.size(), window.size());
            assertEquals(model.isEmpty(), window.isEmpty());
            assertEquals(model.isEmpty() ? null : model.firstEntry().getValue(), window.oldest());
            assertTrue(model.size() < limit || window.isFull());
            if (step % 50 == 0) {
                assertEquals(List.copyOf(model.values()), window.messages());
            }
        }
        assertTrue(next > 1000, "it went round");
    }

    private static UnconfirmedWindow<String> windowOf(int limit, String... messages) {
        UnconfirmedWindow<String> window = new UnconfirmedWindow<>(limit);
        for (int i = 0; i < messages.length; i++) {
            window.add(i + 1, messages[i]);
        }
        return window;
    }
}
