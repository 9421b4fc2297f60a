package org.kuteng.command;

import java.util.Collection;
import java.util.TreeSet;

/** Cuts ids as short as they can be told apart. */
final class ShortIds {
    private static final int SHORTEST = 10;

    private ShortIds() {}

    /** How many letters of each id to show. */
    static int length(Collection<String> ids) {
        int length = SHORTEST;
        String before = "";
        for (String id : new TreeSet<>(ids)) {
            int common = 0;
            while (common < Math.min(before.length(), id.length()) && before.charAt(common) == id.charAt(common)) {
                common++;
            }
            length = Math.max(length, common + 1);
            before = id;
        }
        return length;
    }
}
