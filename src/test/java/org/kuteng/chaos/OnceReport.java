package org.kuteng.chaos;

import java.time.Duration;

/**
 * What stands in the database after a run.
 *
 * @param effects how many rows there are
 * @param missing how many keys have none
 * @param doubled how many keys have more than one
 * @param buried how many messages were given up
 * @param took from the first message to the last
 */
record OnceReport(
        OncePlan plan, String database, long effects, long missing, long doubled, long buried, Duration took) {

    boolean isAsPromised() {
        return missing == 0 && doubled == 0 && buried == 0;
    }

    /** A table in Markdown. */
    String table() {
        StringBuilder table = new StringBuilder();
        row(table, "what", "figure");
        row(table, "---", "---");
        row(table, "kuteng.once", plan.mode() + ", " + database);
        row(table, "messages, each published twice", plan.keys());
        row(table, "rows written", effects);
        row(table, "**missing**", "**" + missing + "**");
        row(table, "**double**", "**" + doubled + "**");
        row(table, "buried", buried);
        for (OncePlan.Fault fault : OncePlan.Fault.values()) {
            row(table, fault.text, plan.count(fault));
        }
        row(table, "duration", ChaosReport.seconds(took));
        return table.toString();
    }

    private static void row(StringBuilder table, Object left, Object right) {
        table.append("| ").append(left).append(" | ").append(right).append(" |\n");
    }
}
