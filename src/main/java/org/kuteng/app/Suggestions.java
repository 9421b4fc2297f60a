package org.kuteng.app;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the name that a user most likely meant. */
public final class Suggestions {
    private static final Pattern DID_YOU_MEAN = Pattern.compile(" \\(did you mean '([^']*)'\\?\\)$");

    private Suggestions() {}

    /**
     * The known name that is nearest to a wrong one.
     *
     * @param wrong what the user wrote
     * @param known the names that would have been right
     * @return the nearest name, or nothing when none is near: at most a third of the letters may differ (in short
     *     names one), upper and lower case are the same, and two letters that changed places are one difference
     */
    public static Optional<String> closest(String wrong, Collection<String> known) {
        int allowed = Math.max(1, wrong.length() / 3);
        return known.stream()
                .filter(name -> Math.abs(name.length() - wrong.length()) <= allowed)
                .filter(name -> distance(wrong, name) <= allowed)
                .min(Comparator.<String>comparingInt(name -> distance(wrong, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /**
     * The same as the end of a message.
     *
     * @return {@code " (did you mean 'name'?)"}, or an empty text when no known name is near
     */
    public static String didYouMean(String wrong, Collection<String> known) {
        return closest(wrong, known).map(Suggestions::didYouMean).orElse("");
    }

    /** {@code " (did you mean 'name'?)"}. */
    public static String didYouMean(String name) {
        return " (did you mean '" + name + "'?)";
    }

    /** The name that such an end of a message holds; empty when the message does not end so. */
    public static Optional<String> in(String message) {
        Matcher matcher = DID_YOU_MEAN.matcher(message);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static int distance(String left, String right) {
        String a = left.toLowerCase(Locale.ROOT);
        String b = right.toLowerCase(Locale.ROOT);
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 ? j : j == 0 ? i : cheapest(cost, a, b, i, j);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int cheapest(int[][] cost, String a, String b, int i, int j) {
        int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replaced, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
    }
}
