package org.kuteng.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.kuteng.app.ConfigurationException;
import org.kuteng.failure.DeadLetter;
import org.kuteng.failure.DeadLetters;
import org.kuteng.failure.IdSearch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code kuteng dead show}. */
@Command(
        name = "show",
        description = "Shows all of a dead letter: where it failed and why, its properties, headers and body.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class DeadShowCommand extends DeadQueueSubcommand {
    @Parameters(
            paramLabel = "ID",
            description =
                    "an id, or as much of it as tells it from the others (at least " + IdSearch.SHORTEST + " letters)")
    private String id;

    @Override
    public Integer call() throws IOException, InterruptedException {
        DeadLetters letters = options.connect();
        List<String> queues = options.deadQueues(queue);
        IdSearch search = new IdSearch(List.of(id));
        // the last that is in question: an id in full beats a beginning that came before
        List<DeadLetter> found = new ArrayList<>(1);
        for (String dead : queues) {
            if (letters.exists(dead)) {
                letters.browse(dead, letter -> {
                    if (search.look(letter)
                            && (found.isEmpty() || !found.get(0).id().equals(letter.id()))) {
                        found.clear();
                        found.add(letter);
                    }
                    return true;
                });
            }
        }
        List<String> problems = search.problems(DeadQueueOptions.names(queues));
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        PrintWriter out = spec.commandLine().getOut();
        new DeadLetterText(found.get(0)).print(out);
        out.flush();
        return 0;
    }
}
