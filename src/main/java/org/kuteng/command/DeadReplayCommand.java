package org.kuteng.command;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.kuteng.broker.BrokerException;
import org.kuteng.failure.DeadLetter;
import org.kuteng.failure.DeadLetters;
import org.kuteng.failure.Replay;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;

/** {@code kuteng dead replay}. */
@Command(
        name = "replay",
        description = "Sends dead letters to their work queues again, without what was noted about their failures.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "A dead letter is removed only once the broker has confirmed it in its work queue. Whatever ends this early"
                    + " loses none; some may then be in both queues, and be done twice when they are replayed again. With"
                    + " --all these are at most twice kuteng.confirm.window, even if this process is killed.",
            "An expiration that a message had is not given to it again."
        })
final class DeadReplayCommand extends DeadQueueSubcommand {
    @ArgGroup(exclusive = true, multiplicity = "1")
    private DeadSelection selection;

    @Override
    public Integer call() throws IOException, InterruptedException {
        DeadLetters letters = options.connect();
        List<String> queues = options.existing(queue);
        Predicate<DeadLetter> wanted = selection.predicate(letters, queues);
        for (String dead : queues) {
            if (!replay(letters.replay(), dead, wanted)) {
                return KutengCommand.FAILED;
            }
        }
        if (queues.isEmpty()) {
            tell(selection.nothing(DeadQueueOptions.names(options.deadQueues(queue))));
        }
        return 0;
    }

    private boolean replay(Replay replay, String dead, Predicate<DeadLetter> wanted) throws InterruptedException {
        long begin = System.nanoTime();
        try (OnInterrupt interrupt = new OnInterrupt(replay::stop)) {
            Replay.Outcome outcome;
            try (ProgressBar progress = new ProgressBar(spec.commandLine().getErr(), "replayed")) {
                outcome = replay.run(dead, wanted, progress);
            }
            if (outcome.failure() != null) {
                throw new BrokerException(
                        outcome.failure().cure(),
                        "the replay of " + dead + " stopped: "
                                + outcome.failure().getMessage() + "; " + soFar(outcome, dead),
                        outcome.failure());
            }
            if (outcome.stopped()) {
                tell("interrupted: " + soFar(outcome, dead));
                return false;
            }
            if (outcome.replayed() > 0) {
                double seconds = (System.nanoTime() - begin) / 1e9;
                tell("replayed " + Count.of(outcome.replayed(), "dead letter") + " of " + dead
                        + String.format(Locale.ROOT, " in %.1f s", seconds)
                        + (outcome.left() == 0 ? "" : "; " + Count.of(outcome.left()) + " left"));
            } else if (!selection.byId()) {
                tell(selection.nothing(dead));
            }
            return true;
        }
    }

    private static String soFar(Replay.Outcome outcome, String dead) {
        return "replayed " + Count.of(outcome.replayed(), "dead letter") + ", " + Count.of(outcome.left())
                + " are still in " + dead + "; none is lost"
                + (outcome.perhapsTwice() == 0
                        ? ""
                        : ", but up to " + Count.of(outcome.perhapsTwice()) + " of them may be in the work queue too");
    }
}
