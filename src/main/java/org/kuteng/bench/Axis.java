package org.kuteng.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Values from nothing to a round number, laid out along a line of pixels. */
final class Axis {
    private static final int WANTED_TICKS = 5;
    private static final double[] ROUND = {1, 2, 2.5, 5, 10};

    private final double from;
    private final double to;
    private final double step;
    private final double most;

    /**
     * @param from the pixel of nothing
     * @param to the pixel of the last tick
     * @param largest the largest value that is to be shown
     */
    Axis(double from, double to, double largest) {
        this.from = from;
        this.to = to;
        this.step = step(largest > 0 ? largest : 1);
        this.most = step * Math.max(1, Math.ceil(largest / step - 1e-9));
    }

    private static double step(double largest) {
        double rough = largest / WANTED_TICKS;
        double magnitude = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double round : ROUND) {
            if (round * magnitude >= rough * (1 - 1e-9)) {
                return round * magnitude;
            }
        }
        return 10 * magnitude;
    }

    double pixel(double value) {
        return from + (to - from) * value / most;
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; i <= Math.round(most / step); i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** With as many decimals as the steps have. */
    String label(double tick) {
        int decimals = step >= 1 && step == Math.rint(step) ? 0 : Math.max(1, (int) Math.ceil(-Math.log10(step)) + 1);
        String text = String.format(Locale.ROOT, "%,." + decimals + "f", tick);
        return decimals == 0 ? text : text.replaceFirst("0+$", "").replaceFirst("\\.$", "");
    }
}
