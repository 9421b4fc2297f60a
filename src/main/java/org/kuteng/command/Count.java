package org.kuteng.command;

import java.util.Locale;

/** Numbers of things, for people. */
final class Count {
    private Count() {}

    /** {@code 1 dead letter}, {@code 12,000 dead letters}. */
    static String of(long count, String what) {
        return of(count) + " " + what + (count == 1 ? "" : "s");
    }

    static String of(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
