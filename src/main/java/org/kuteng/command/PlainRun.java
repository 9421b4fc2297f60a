package org.kuteng.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the plain forms of {@code kuteng run} without picocli, whose classes are too old for a class-data archive and
 * take a fifth of the time to start. What it does not understand at once, wrong use above all, is left to picocli.
 */
final class PlainRun {
    private static final String ASSIGNED = "=";

    private final List<String> routes = new ArrayList<>();
    private final Map<String, String> set = new LinkedHashMap<>();
    private final Map<String, String> values = new LinkedHashMap<>();
    private boolean verbose;

    private PlainRun() {}

    /** Empty if the words are not a plain {@code run}. */
    static Optional<RunCommand> read(String[] words) {
        PlainRun run = new PlainRun();
        boolean understood = words[0].equals(KutengCommand.RUN) && run.readAll(words);
        return understood ? Optional.of(run.command()) : Optional.empty();
    }

    private boolean readAll(String[] words) {
        int at = 1;
        while (at < words.length) {
            String word = words[at++];
            String name = word.split(ASSIGNED, 2)[0];
            boolean understood;
            if (name.equals("--set")
                    || name.equals("--profile")
                    || name.equals("--broker")
                    || name.equals("--routes")) {
                boolean inOneWord = name.length() < word.length();
                if (!inOneWord && at == words.length) {
                    return false;
                }
                understood = readOption(name, inOneWord ? word.substring(name.length() + 1) : words[at++]);
            } else if (word.equals("-v") || word.equals("--verbose")) {
                understood = !verbose;
                verbose = true;
            } else {
                understood = isPlain(word);
                routes.add(word);
            }
            if (!understood) {
                return false;
            }
        }
        return true;
    }

    private boolean readOption(String name, String value) {
        if (!isPlain(value)) {
            return false;
        }
        if (!name.equals("--set")) {
            return values.put(name, value) == null;
        }
        String[] pair = value.split(ASSIGNED, 2);
        return pair.length == 2 && isPlain(pair[0]) && isPlain(pair[1]) && set.put(pair[0], pair[1]) == null;
    }

    /** Whether it means just what it says: no option, no file of arguments, no quotes. */
    private static boolean isPlain(String word) {
        return !word.isEmpty() && !word.startsWith("-") && !word.startsWith("@") && word.indexOf('"') < 0;
    }

    private RunCommand command() {
        String place = values.get("--routes");
        CommonOptions common = new CommonOptions(values.get("--profile"), set, values.get("--broker"), verbose);
        return new RunCommand(List.copyOf(routes), place == null ? null : Path.of(place), common);
    }
}
