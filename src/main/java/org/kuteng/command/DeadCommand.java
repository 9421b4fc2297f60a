package org.kuteng.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code kuteng dead}: what to do with messages that were given up. */
@Command(
        name = "dead",
        description = "Shows dead letters, the messages that were given up, and does something about them.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            DeadListCommand.class,
            DeadShowCommand.class,
            DeadReplayCommand.class,
            DeadDiscardCommand.class,
            DeadExportCommand.class,
            DeadImportCommand.class
        },
        footer = {
            "",
            "The dead letters of the queue 'kuteng' lie in the queue 'kuteng.dead' of the broker that KUTENG_BROKER"
                    + " names. Whatever ends one of these commands early: no dead letter is lost by it."
        })
final class DeadCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "'dead' needs one of: " + String.join(", ", spec.subcommands().keySet()));
    }
}
