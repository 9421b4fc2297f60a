package org.kuteng.command;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.kuteng.app.ConfigurationException;
import org.kuteng.failure.DeadLetter;
import org.kuteng.failure.DeadLetters;
import org.kuteng.failure.IdSearch;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which dead letters are meant; exactly one of these. */
final class DeadSelection {
    @Parameters(
            arity = "1..*",
            paramLabel = "ID",
            description =
                    "ids, or as much of each as tells it from the others (at least " + IdSearch.SHORTEST + " letters)")
    private List<String> ids;

    @Option(names = "--all", required = true, description = "all that lie there when the command begins")
    private boolean all;

    @Option(
            names = "--cause",
            required = true,
            paramLabel = "TEXT",
            description = "those whose cause, as 'dead list' shows it, contains TEXT in upper or lower case")
    private String cause;

    /** @throws ConfigurationException if an id names none, or several */
    Predicate<DeadLetter> predicate(DeadLetters letters, List<String> queues) throws IOException, InterruptedException {
        if (all) {
            return DeadLetters.ALL;
        }
        if (cause != null) {
            return letter -> letter.cause().contains(cause);
        }
        IdSearch search = new IdSearch(ids);
        for (String queue : queues) {
            letters.browse(queue, letter -> {
                search.look(letter);
                return true;
            });
        }
        List<String> problems = search.problems(DeadQueueOptions.names(queues));
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        Set<String> meant = search.ids();
        return letter -> meant.contains(letter.id());
    }

    /** Why there is nothing to do in a queue. */
    String nothing(String queue) {
        return cause == null
                ? "no dead letters in " + queue
                : "no dead letter in " + queue + " has '" + cause + "' in its cause";
    }

    boolean byId() {
        return ids != null;
    }
}
