package org.kuteng.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kuteng.failure.DeadLetter;
import org.kuteng.failure.DeadLetterJson;
import org.kuteng.failure.DeadLetters;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kuteng dead list}. */
@Command(
        name = "list",
        description = "Lists dead letters: id, age (since the last failure), attempts, route and cause.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "On a terminal ids are shortened to what tells them apart, and causes to the width; elsewhere nothing is"
                    + " cut. While it looks, nobody else can take them."
        })
final class DeadListCommand extends DeadSubcommand {
    private static final String NONE = "-";

    @Parameters(
            arity = "0..1",
            paramLabel = "QUEUE",
            description =
                    "the work queue, or its queue of dead letters; all queues of the route files if none is named")
    private String queue;

    @Option(names = "--json", description = "one JSON object a line, with all ids and causes in full")
    private boolean json;

    @Option(
            names = "--by-cause",
            description = "one line a cause: how many, the oldest, the route; numbers in it are shown as '#'")
    private boolean byCause;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100000",
            description = "no more than N lines a queue, as they are kept in memory (${DEFAULT-VALUE})")
    private int limit;

    private final Instant now = Instant.now();

    @Override
    public Integer call() throws IOException, InterruptedException {
        DeadLetters letters = options.connect();
        boolean first = true;
        for (String dead : options.deadQueues(queue)) {
            if (!first && !json) {
                out().println();
            }
            first = false;
            if (!letters.exists(dead)) {
                tellNone(dead);
            } else if (byCause) {
                listCauses(letters, dead);
            } else {
                list(letters, dead);
            }
            out().flush();
        }
        return 0;
    }

    private void list(DeadLetters letters, String dead) throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        DeadLetters.Browsed browsed = letters.browse(dead, letter -> {
            if (json) {
                out().println(DeadLetterJson.writeSummary(letter));
            }
            rows.add(json ? null : Row.of(letter, now));
            return rows.size() < limit;
        });
        boolean cut = rows.size() >= limit && browsed.seen() < browsed.expected();
        tellTitle(dead, browsed, cut);
        if (!json && !rows.isEmpty()) {
            print(rows);
        }
        tellMissing(dead, browsed, cut);
    }

    private void print(List<Row> rows) {
        int idLength =
                Terminal.isOut() ? ShortIds.length(rows.stream().map(Row::id).toList()) : Integer.MAX_VALUE;
        Table table = new Table("id", ">age", ">attempts", "route", "cause");
        rows.forEach(row -> table.row(
                row.id().substring(0, Math.min(idLength, row.id().length())),
                row.age(),
                row.attempts(),
                row.route(),
                row.cause()));
        table.print(out(), Terminal.outWidth());
    }

    private record Row(String id, String age, String attempts, String route, String cause) {
        static Row of(DeadLetter letter, Instant now) {
            return new Row(
                    Printable.line(letter.id()),
                    letter.lastFailure().map(time -> Ages.since(time, now)).orElse(NONE),
                    letter.attempts().map(String::valueOf).orElse(NONE),
                    letter.route().map(Printable::line).orElse(NONE).intern(),
                    Printable.line(letter.cause().text()));
        }
    }

    private void listCauses(DeadLetters letters, String dead) throws IOException, InterruptedException {
        Map<List<String>, Group> groups = new LinkedHashMap<>();
        DeadLetters.Browsed browsed = letters.browse(dead, letter -> {
            List<String> key =
                    List.of(letter.route().orElse(NONE), letter.cause().kind());
            if (!groups.containsKey(key) && groups.size() >= limit) {
                key = List.of(NONE, "(other causes)");
            }
            groups.computeIfAbsent(key, any -> new Group()).add(letter);
            return true;
        });
        tellTitle(dead, browsed, false);
        Table table = new Table(">count", ">oldest", "route", "cause");
        groups.entrySet().stream()
                .sorted(Comparator.comparingLong(entry -> -entry.getValue().count))
                .forEach(entry -> {
                    Group group = entry.getValue();
                    String route = Printable.line(entry.getKey().get(0));
                    String cause = Printable.line(entry.getKey().get(1));
                    if (json) {
                        out().println(group.json(dead, route, cause));
                    } else {
                        String oldest = group.oldest == null ? NONE : Ages.since(group.oldest, now);
                        table.row(Count.of(group.count), oldest, route, cause);
                    }
                });
        if (!json && !groups.isEmpty()) {
            table.print(out(), Terminal.outWidth());
        }
        tellMissing(dead, browsed, false);
    }

    private static final class Group {
        private long count;
        private Instant oldest;

        void add(DeadLetter letter) {
            count++;
            letter.lastFailure()
                    .filter(time -> oldest == null || time.isBefore(oldest))
                    .ifPresent(time -> oldest = time);
        }

        String json(String dead, String route, String cause) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("deadQueue", dead);
            json.put("count", count);
            json.put("oldest", oldest == null ? null : oldest.toString());
            json.put("route", route.equals(NONE) ? null : route);
            json.put("cause", cause);
            return DeadLetterJson.line(json);
        }
    }

    private void tellTitle(String dead, DeadLetters.Browsed browsed, boolean cut) {
        if (browsed.seen() == 0) {
            tellNone(dead);
        } else if (!json) {
            out().println(Count.of(cut ? browsed.expected() : browsed.seen(), "dead letter") + " in " + dead
                    + (cut ? "; the first " + Count.of(browsed.seen()) + " (--limit):" : ""));
        }
    }

    /** Not among the lines that another program may read. */
    private void tellMissing(String dead, DeadLetters.Browsed browsed, boolean cut) {
        long left = browsed.expected() - browsed.seen();
        if (left > 0 && (json || !cut)) {
            out().flush();
            String why = cut ? "--limit " + browsed.expected() + " lists all" : "another client has them in hand";
            spec.commandLine()
                    .getErr()
                    .println("kuteng: " + Count.of(left, "more dead letter") + " in " + dead + " not listed: " + why);
        }
    }

    private void tellNone(String dead) {
        if (!json) {
            out().println("no dead letters in " + dead);
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
