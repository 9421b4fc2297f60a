package org.kuteng.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static Figures figures(double... values) {
        return new Figures(java.util.Arrays.stream(values).boxed().toList());
    }

    @Test
    void theMedianIsTheOneInTheMiddleOrTheMeanOfTwo() {
        assertEquals(2, figures(9, 1, 2).median());
        assertEquals(2.5, figures(9, 1, 2, 3).median());
        assertTrue(Double.isNaN(figures().median()));
    }

    @Test
    void leastAndMostAreTheSpread() {
        assertEquals(1, figures(2, 1, 3).least());
        assertEquals(3, figures(2, 1, 3).most());
    }

    @Test
    void ratiosAreTakenRoundByRound() {
        // a machine that is twice as fast in the second round changes no ratio
        Figures ratio = figures(10, 20, 12).over(figures(5, 10, 4));

        assertEquals(List.of(2.0, 2.0, 3.0), ratio.values());
        assertEquals(2, ratio.median());
        assertEquals(1, figures(10, 20).over(figures(5)).values().size());
    }

    @Test
    void aPercentileIsAValueThatOccurred() {
        long[] hundred = LongStream.rangeClosed(1, 100).toArray();
        assertEquals(50, Figures.percentile(0.5, hundred));
        assertEquals(99, Figures.percentile(0.99, hundred));
        assertEquals(7, Figures.percentile(0.99, new long[] {7}));
        assertEquals(2, Figures.percentile(0.5, new long[] {3, 1, 2, 0}, 3));
    }
}
