package org.kuteng.command;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.kuteng.app.ConfigurationException;
import org.kuteng.app.Suggestions;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.EmbeddedBrokerException;
import org.kuteng.untrusted.PlainText;
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
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            BrokerCommand.class,
            DeadCommand.class,
            SchemaCommand.class,
            SettingsCommand.class,
            BenchCommand.class
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 failed while running, 2 wrong use or wrong configuration.",
            "KUTENG_BROKER=amqp://user:password@host:5672/vhost names a RabbitMQ; without it a broker is embedded."
        })
public final class KutengCommand {
    static final int FAILED = 1;
    static final int WRONG_USE = 2;

    static final String RUN = "run";

    private KutengCommand() {}

    /** Runs the command that the arguments name; returns its exit code. Faults are printed, never thrown. */
    public static int execute(String[] args) {
        // whatever the platform's charset is, as in the log
        return execute(
                args,
                new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true),
                new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true));
    }

    static int execute(String[] args, PrintWriter out, PrintWriter err) {
        String[] words = args.length == 0 ? new String[] {RUN} : args;
        Optional<RunCommand> plain = PlainRun.read(words);
        return plain.isPresent() ? run(plain.get(), err) : executeAny(words, out, err);
    }

    private static int run(RunCommand command, PrintWriter err) {
        try {
            return command.call();
        } catch (Exception e) {
            return failed(e, command.common().verbose(), err);
        }
    }

    private static int executeAny(String[] words, PrintWriter out, PrintWriter err) {
        CommandLine line = new CommandLine(new KutengCommand());
        line.setParameterExceptionHandler(KutengCommand::wrongUse);
        line.setExecutionExceptionHandler(KutengCommand::failed);
        line.setUsageHelpAutoWidth(true);
        line.setOut(out);
        line.setErr(err);
        return line.execute(words);
    }

    private static int wrongUse(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        String message = e instanceof UnmatchedArgumentException unmatched
                ? unknown(unmatched)
                : lowerCase(e.getMessage().replace("option option", "option").replaceFirst("^Error: ", ""));
        line.getErr()
                .println("kuteng: " + BrokerUri.maskedValue(message) + "; '"
                        + line.getCommandSpec().qualifiedName() + " --help' shows what there is");
        return WRONG_USE;
    }

    /** To go on after "kuteng: "; what begins with a name in capitals ("ID...") stays. */
    private static String lowerCase(String sentence) {
        boolean name = sentence.length() > 1 && Character.isUpperCase(sentence.charAt(1));
        return sentence.isEmpty() || name
                ? sentence
                : Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
    }

    private static String unknown(UnmatchedArgumentException e) {
        String word = e.getUnmatched().get(0);
        CommandLine line = e.getCommandLine();
        if (word.startsWith("-")) {
            return unknownOption(word.split("=", 2)[0], line);
        }
        Set<String> commands = line.getSubcommands().keySet();
        if (commands.isEmpty()) {
            return "'" + word + "' is one word too many";
        }
        String meant = Suggestions.didYouMean(word, commands);
        boolean perhapsRoute = meant.isEmpty() && commands.contains(RUN);
        return "unknown command '" + word + "'" + (perhapsRoute ? " (a route? 'kuteng run " + word + "')" : meant);
    }

    private static String unknownOption(String option, CommandLine line) {
        boolean ofRun = line.getSubcommands().containsKey(RUN)
                && line.getSubcommands().get(RUN).getCommandSpec().optionsMap().containsKey(option);
        if (ofRun) {
            return "option '" + option + "' comes after a command, as in 'kuteng run " + option + "'";
        }
        // one letter is near every other
        Set<String> known = line.getCommandSpec().optionsMap().keySet();
        return "unknown option '" + option + "'" + (option.length() > 2 ? Suggestions.didYouMean(option, known) : "");
    }

    private static int failed(Exception e, CommandLine line, ParseResult result) {
        boolean verbose = line.getCommand() instanceof WithCommonOptions command
                && command.common().verbose();
        return failed(e, verbose, line.getErr());
    }

    private static int failed(Exception e, boolean verbose, PrintWriter err) {
        boolean explained = e instanceof ConfigurationException
                || e instanceof BrokerException
                || e instanceof EmbeddedBrokerException;
        String message = explained ? e.getMessage() : "unexpected failure: " + e;
        // a configuration has a fault in each line
        BrokerUri.masked(String.valueOf(message))
                .lines()
                .forEach(text -> err.println("kuteng: " + PlainText.escaped(text)));
        if (verbose) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            err.print(PlainText.escapedLines(BrokerUri.masked(trace.toString())));
            err.flush();
        } else if (!explained) {
            err.println("kuteng: --verbose shows where it happened");
        }
        boolean configuration = e instanceof ConfigurationException
                || e instanceof EmbeddedBrokerException
                || e instanceof BrokerException broker && broker.needsPerson();
        return configuration ? WRONG_USE : FAILED;
    }
}
