package org.kuteng.command;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kuteng.app.Suggestions;
import org.kuteng.bench.Client;
import org.kuteng.bench.Mode;
import org.kuteng.bench.Plan;
import org.kuteng.broker.QueueType;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What {@code kuteng bench} measures. */
final class BenchOptions {
    private static final List<Mode> FEW_MODES = List.of(Mode.PUBLISH, Mode.CONSUME, Mode.BOTH);
    private static final List<Client> FEW_CLIENTS =
            List.of(Client.RAW_BEST, Client.RAW, Client.CAMEL, Client.CAMEL_CONFIRMS, Client.KUTENG);
    private static final int KIBI = 1024;
    private static final List<Integer> FEW_SIZES = List.of(16, KIBI);
    private static final List<Integer> ALL_SIZES = List.of(16, KIBI, 64 * KIBI);

    private static final int LARGEST_SIZE = 16 * KIBI * KIBI;
    private static final int MOST_ROUNDS = 1_000;
    private static final int MOST_MESSAGES = 10_000_000;
    private static final int MOST_SECONDS = 3_600;
    private static final int MOST_PREFETCH = 65_535;
    private static final int MOST_RATE = 100_000;
    private static final int MOST_CONSUMERS = 2_000;

    @Option(names = "--full", description = "everything that is not chosen by another option: takes half an hour")
    private boolean full;

    @Option(
            names = "--modes",
            paramLabel = "MODE,…",
            description = "publish, consume, both, latency, concurrency; jobs beside the raw client only: forward,"
                    + " forward-async, file, split, drain, storm, text, text-unread, routes; jobs: all of these"
                    + " (publish,consume,both)")
    private String modes;

    @Option(
            names = "--clients",
            paramLabel = "CLIENT,…",
            description =
                    "raw-best, raw, camel, camel-confirms, camel-confirms-64, kuteng (all but" + " camel-confirms-64)")
    private String clients;

    @Option(names = "--sizes", paramLabel = "SIZE,…", description = "bytes of a message, as in 16,1k,64k (16,1k)")
    private String sizes;

    @Option(names = "--queues", paramLabel = "TYPE,…", description = "transient, durable, quorum (durable)")
    private String queues;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "how often each client is measured in each case (" + Plan.DEFAULT_ROUNDS + ")")
    private String rounds = String.valueOf(Plan.DEFAULT_ROUNDS);

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "a measurement ends after so many messages (20,000; fewer large ones) …")
    private String messages = String.valueOf(Plan.DEFAULT_MESSAGES);

    @Option(names = "--seconds", paramLabel = "S", description = "… or after this time (1), whichever comes first")
    private String seconds = String.valueOf(Plan.DEFAULT_LENGTH.toSeconds());

    @Option(
            names = "--prefetch",
            paramLabel = "N",
            description = "how many messages the broker sends ahead (" + Plan.DEFAULT_PREFETCH + ")")
    private String prefetch = String.valueOf(Plan.DEFAULT_PREFETCH);

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "messages a second in latency (" + Plan.DEFAULT_RATE + ")")
    private String rate = String.valueOf(Plan.DEFAULT_RATE);

    @Option(
            names = "--consumers",
            paramLabel = "N,…",
            description = "how many concurrent consumers in concurrency (1,2,4,8,16,32,64)")
    private String consumers;

    /** @throws ParameterException for the first value that is wrong */
    Plan plan(CommandLine line) {
        try {
            return new Plan(
                    list(
                            "--modes",
                            withJobs(modes),
                            full ? List.of(Mode.values()) : FEW_MODES,
                            word(Mode.values(), Mode::word)),
                    list(
                            "--clients",
                            clients,
                            full ? List.of(Client.values()) : FEW_CLIENTS,
                            word(Client.values(), Client::word)),
                    list("--sizes", sizes, full ? ALL_SIZES : FEW_SIZES, BenchOptions::size),
                    list(
                            "--queues",
                            queues,
                            full
                                    ? List.of(QueueType.TRANSIENT, QueueType.DURABLE, QueueType.QUORUM)
                                    : List.of(QueueType.DURABLE),
                            word(QueueType.values(), type -> type.name().toLowerCase(Locale.ROOT))),
                    number("--rounds", rounds, 1, MOST_ROUNDS),
                    number("--messages", messages, 2, MOST_MESSAGES),
                    Duration.ofMillis(Math.round(1_000 * seconds("--seconds", seconds))),
                    number("--prefetch", prefetch, 1, MOST_PREFETCH),
                    number("--rate", rate, 1, MOST_RATE),
                    list(
                            "--consumers",
                            consumers,
                            Plan.DEFAULT_CONSUMERS,
                            text -> number("--consumers", text, 1, MOST_CONSUMERS)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, e.getMessage());
        }
    }

    /** One word for all jobs. */
    private static String withJobs(String modes) {
        String jobs =
                Arrays.stream(Mode.values()).filter(Mode::isJob).map(Mode::word).collect(Collectors.joining(","));
        return modes == null
                ? null
                : Arrays.stream(modes.split(",", -1))
                        .map(word -> word.trim().equals("jobs") ? jobs : word)
                        .collect(Collectors.joining(","));
    }

    private static <T> List<T> list(String option, String text, List<T> otherwise, Function<String, T> parser) {
        if (text == null) {
            return otherwise;
        }
        return Arrays.stream(text.split(",", -1))
                .map(String::trim)
                .map(word -> {
                    try {
                        return parser.apply(word);
                    } catch (WrongWord e) {
                        throw new IllegalArgumentException(option + " has '" + word + "', which is " + e.getMessage());
                    }
                })
                .distinct()
                .toList();
    }

    /** A part of a list that means nothing. */
    private static final class WrongWord extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongWord(String why) {
            super(why);
        }
    }

    private static <T> Function<String, T> word(T[] values, Function<T, String> name) {
        List<String> names = Arrays.stream(values).map(name).toList();
        return text -> Arrays.stream(values)
                .filter(value -> name.apply(value).equals(text))
                .findFirst()
                .orElseThrow(() ->
                        new WrongWord("none of " + String.join(", ", names) + Suggestions.didYouMean(text, names)));
    }

    private static Integer size(String text) {
        String lower = text.toLowerCase(Locale.ROOT).replaceFirst("\\s*(ki?b?|b)$", " $1");
        String[] parts = lower.split(" ", 2);
        boolean kibi = parts.length > 1 && parts[1].startsWith("k");
        try {
            long size = Long.parseLong(parts[0]) * (kibi ? KIBI : 1);
            if (size >= Plan.SMALLEST_SIZE && size <= LARGEST_SIZE) {
                return (int) size;
            }
        } catch (NumberFormatException e) {
            throw new WrongWord("no number of bytes such as 16, 1k or 64KiB");
        }
        throw new WrongWord("not between " + Plan.SMALLEST_SIZE + " and " + LARGEST_SIZE + " bytes");
    }

    private static int number(String option, String text, int least, int most) {
        try {
            int number = Integer.parseInt(text.trim());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " is '" + text + "', which is not a whole number");
        }
        throw new IllegalArgumentException(option + " is " + text + ", which is not between " + least + " and " + most);
    }

    private static double seconds(String option, String text) {
        double number;
        try {
            number = Double.parseDouble(text.trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " is '" + text + "', which is not a number of seconds");
        }
        if (!(number >= Plan.LEAST_SECONDS && number <= MOST_SECONDS)) {
            throw new IllegalArgumentException(
                    option + " is " + text + ", which is not between " + Plan.LEAST_SECONDS + " and " + MOST_SECONDS);
        }
        return number;
    }
}
