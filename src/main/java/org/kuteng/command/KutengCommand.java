package org.kuteng.command;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.kuteng.app.ConfigurationException;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.EmbeddedBrokerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code kuteng}: the command line as a whole. */
@Command(
        name = "kuteng",
        description = "RabbitMQ work queues on Apache Camel. Without a command: run.",
        synopsisSubcommandLabel = "[COMMAND]",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {RunCommand.class, BrokerCommand.class, DeadCommand.class, SettingsCommand.class},
        footer = {
            "",
            "Exit codes: 0 done, 1 failed while running, 2 wrong use or wrong configuration.",
            "KUTENG_BROKER=amqp://user:password@host:5672/vhost names a RabbitMQ; without it a broker is embedded."
        })
public final class KutengCommand {
    static final int FAILED = 1;
    static final int WRONG_USE = 2;

    private KutengCommand() {}

    /** Runs the command that the arguments name; returns its exit code. Faults are printed, never thrown. */
    public static int execute(String[] args) {
        String[] words = args.length == 0 ? new String[] {"run"} : args;
        CommandLine line = new CommandLine(new KutengCommand());
        line.setParameterExceptionHandler(KutengCommand::wrongUse);
        line.setExecutionExceptionHandler(KutengCommand::failed);
        line.setUsageHelpAutoWidth(true);
        // whatever the platform's charset is, as in the log
        line.setOut(new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true));
        line.setErr(new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true));
        return line.execute(words);
    }

    private static int wrongUse(ParameterException e, String[] args) {
        PrintWriter err = e.getCommandLine().getErr();
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        String message = e.getMessage().replaceFirst("^Error: ", "");
        err.println("kuteng: " + message + didYouMean(e) + "; '" + name + " --help' shows what there is");
        return WRONG_USE;
    }

    private static String didYouMean(ParameterException e) {
        List<String> near = e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        return near.isEmpty() ? "" : " (did you mean '" + near.get(0) + "'?)";
    }

    private static int failed(Exception e, CommandLine line, ParseResult result) {
        PrintWriter err = line.getErr();
        boolean verbose = line.getCommand() instanceof WithCommonOptions command
                && command.common().verbose();
        boolean explained = e instanceof ConfigurationException
                || e instanceof BrokerException
                || e instanceof EmbeddedBrokerException;
        String message = explained ? e.getMessage() : "unexpected failure: " + e;
        BrokerUri.masked(message).lines().forEach(text -> err.println("kuteng: " + text));
        if (verbose) {
            e.printStackTrace(err);
        } else if (!explained) {
            err.println("kuteng: --verbose shows where it happened");
        }
        boolean configuration = e instanceof ConfigurationException
                || e instanceof EmbeddedBrokerException
                || e instanceof BrokerException broker && broker.isPermanent();
        return configuration ? WRONG_USE : FAILED;
    }
}
