package org.kuteng.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.List;
import java.util.function.Predicate;
import org.kuteng.app.ConfigurationException;
import org.kuteng.broker.Queues;
import org.kuteng.failure.DeadLetter;
import org.kuteng.failure.DeadLetters;
import org.kuteng.failure.HeldLetters;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code kuteng dead discard}. */
@Command(
        name = "discard",
        description = "Removes dead letters for ever. 'kuteng dead export' keeps a copy.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "It asks before that, and discards exactly those that it has counted, not what is buried while it asks."
        })
final class DeadDiscardCommand extends DeadQueueSubcommand {
    @ArgGroup(exclusive = true, multiplicity = "1")
    private DeadSelection selection;

    @Option(names = "--yes", description = "do not ask")
    private boolean yes;

    @Override
    public Integer call() throws IOException, InterruptedException {
        DeadLetters letters = options.connect();
        if (!yes && !(Terminal.isIn() && Terminal.isErr())) {
            throw new ConfigurationException(
                    "nothing discarded: there is no terminal to ask whether it is meant; --yes says that it is");
        }
        List<String> queues = options.existing(queue);
        Predicate<DeadLetter> wanted = selection.predicate(letters, queues);
        for (String dead : queues) {
            try (HeldLetters held = letters.hold(dead, wanted)) {
                discard(held, dead);
            }
        }
        if (queues.isEmpty()) {
            tell(selection.nothing(DeadQueueOptions.names(options.deadQueues(queue))));
        }
        return 0;
    }

    private void discard(HeldLetters held, String dead) throws IOException {
        if (held.count() == 0) {
            if (!selection.byId()) {
                tell(selection.nothing(dead));
            }
            return;
        }
        String what = Count.of(held.count(), "dead letter") + " of " + Queues.workName(dead);
        if (yes || confirmed("discard " + what + "? [y/N] ")) {
            held.discard();
            tell("discarded " + what);
        } else {
            tell("nothing discarded");
        }
    }

    private boolean confirmed(String question) throws IOException {
        spec.commandLine().getErr().print(question);
        spec.commandLine().getErr().flush();
        String answer = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
        return answer != null
                && (answer.trim().equalsIgnoreCase("y") || answer.trim().equalsIgnoreCase("yes"));
    }
}
