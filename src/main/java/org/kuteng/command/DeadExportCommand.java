package org.kuteng.command;

import java.io.IOException;
import java.nio.file.Path;
import org.kuteng.failure.DeadLetters;
import org.kuteng.failure.Export;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code kuteng dead export}. */
@Command(
        name = "export",
        description = "Writes dead letters to a file that 'dead import' reads, and leaves them where they are.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "One JSON object a line: all properties, headers with their types, and the body as text, or in Base64 if it"
                    + " is no UTF-8 text. The file appears when it is complete; one that is there is not overwritten."
        })
final class DeadExportCommand extends DeadQueueSubcommand {
    @Parameters(paramLabel = "FILE", description = "the file to write; it must not be there yet")
    private Path file;

    @Override
    public Integer call() throws InterruptedException {
        DeadLetters letters = options.connect();
        var queues = options.existing(queue);
        long written = 0;
        long missing = 0;
        try (Export export = letters.export(file)) {
            for (String dead : queues) {
                DeadLetters.Browsed browsed = export.add(dead);
                written += browsed.seen();
                missing += browsed.expected() - browsed.seen();
            }
            export.finish();
        } catch (IOException e) {
            throw FileFaults.explain("write", file, e);
        }
        spec.commandLine().getOut().println("exported " + Count.of(written, "dead letter") + " to " + file);
        if (missing > 0) {
            spec.commandLine()
                    .getErr()
                    .println("kuteng: " + Count.of(missing, "more dead letter")
                            + " not exported: another client has them in hand");
            return KutengCommand.FAILED;
        }
        return 0;
    }
}
