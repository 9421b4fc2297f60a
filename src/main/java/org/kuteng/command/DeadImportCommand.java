package org.kuteng.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.kuteng.app.ConfigurationException;
import org.kuteng.app.Setting;
import org.kuteng.broker.BrokerException;
import org.kuteng.failure.DeadLetters;
import org.kuteng.failure.Import;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kuteng dead import}. */
@Command(
        name = "import",
        description = "Puts exported dead letters back into their queues of dead letters.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Nothing is imported if a line of the file is broken. Importing a file twice, or while its dead letters are"
                    + " still there, gives duplicates: dead letters with the same id, which the other commands treat as"
                    + " one."
        })
final class DeadImportCommand extends DeadSubcommand {
    @Parameters(paramLabel = "FILE", description = "what 'dead export' wrote")
    private Path file;

    @Option(
            names = "--queue",
            paramLabel = "QUEUE",
            description =
                    "a work queue, or its queue of dead letters, to put all of them into; the one that each lay in"
                            + " if not given")
    private String queue;

    @Override
    public Integer call() throws InterruptedException {
        DeadLetters letters = options.connect();
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new ConfigurationException("cannot read " + file + ": it is no plain file, which is read twice");
        }
        String into = queue == null ? null : DeadQueueOptions.deadName(queue);
        Import importing = letters.importing();
        try (OnInterrupt interrupt = new OnInterrupt(importing::stop);
                ProgressBar progress = new ProgressBar(spec.commandLine().getErr(), "imported")) {
            Import.Outcome outcome =
                    importing.run(file, into, options.settings().get(Setting.QUEUE_TYPE), progress);
            progress.close();
            return tell(outcome);
        } catch (Import.BrokenLineException e) {
            throw new ConfigurationException("nothing imported: " + file + ", " + e.getMessage());
        } catch (IOException e) {
            throw FileFaults.explain("read", file, e);
        }
    }

    private int tell(Import.Outcome outcome) {
        String some = "imported " + Count.of(outcome.imported()) + " of " + Count.of(outcome.total(), "dead letter")
                + (outcome.perhapsMore() == 0 ? "" : ", perhaps up to " + outcome.perhapsMore() + " more")
                + "; importing the file again gives duplicates of them";
        if (outcome.failure() != null) {
            throw new BrokerException(
                    outcome.failure().cure(),
                    "the import stopped: " + outcome.failure().getMessage() + "; " + some,
                    outcome.failure());
        }
        if (outcome.stopped()) {
            spec.commandLine().getOut().println("interrupted: " + some);
            return KutengCommand.FAILED;
        }
        spec.commandLine()
                .getOut()
                .println("imported " + Count.of(outcome.imported(), "dead letter") + " from " + file);
        return 0;
    }
}
