package org.kuteng.app;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.kuteng.broker.BrokerUri;
import org.kuteng.once.DatabaseSettings;

/**
 * What values a setting takes.
 *
 * @param name how the help text calls it
 * @param parser throws {@link IllegalArgumentException} with what is wrong, as in "it is not a whole number"
 */
public record SettingType<T>(String name, Function<String, T> parser) {

    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)?");

    private static final Pattern SIZE = Pattern.compile("(\\d{1,10})\\s*(?:([KMG])i?B)?");

    static final SettingType<String> TEXT = new SettingType<>("text", text -> text);

    static final SettingType<Boolean> BOOLEAN = new SettingType<>("true|false", text -> switch (text) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new IllegalArgumentException("it is neither true nor false");
    });

    /** What is possible from a version of Java on only. */
    static SettingType<Boolean> booleanSince(int java, String what) {
        return new SettingType<>(BOOLEAN.name(), text -> {
            boolean wanted = BOOLEAN.parser().apply(text);
            if (wanted && Runtime.version().feature() < java) {
                throw new IllegalArgumentException(what + " need Java " + java + " or later, and this is Java "
                        + System.getProperty("java.version") + " (JAVA_HOME chooses another one)");
            }
            return wanted;
        });
    }

    /** RabbitMQ's time to live holds 32 bits of milliseconds, which are 49 days. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(45);

    static final SettingType<Path> PATH = new SettingType<>("path", Path::of);

    static final SettingType<String> DATABASE_URL =
            new SettingType<>("jdbc:h2:…|jdbc:postgresql:…", DatabaseSettings::checkedUrl);

    /** Some durations, comma-separated; {@code none} is an empty list. */
    static final SettingType<List<Duration>> DURATIONS = new SettingType<>(
            "durations",
            text -> text.equals("none")
                    ? List.of()
                    : Arrays.stream(text.split(",", -1))
                            .map(String::trim)
                            .map(SettingType::waitingTime)
                            .toList());

    /** Some names, comma-separated. */
    static final SettingType<List<String>> NAMES = new SettingType<>("names", text -> Arrays.stream(text.split(","))
            .map(String::trim)
            .filter(name -> !name.isEmpty())
            .toList());

    /** {@code embedded}, an empty list, or the nodes of a broker. */
    static final SettingType<List<BrokerUri>> BROKER =
            new SettingType<>("embedded|amqp://…", text -> text.equals("embedded") ? List.of() : broker(text));

    static SettingType<Duration> duration(Duration least, Duration most) {
        return new SettingType<>("duration", text -> between(least, most, duration(text)));
    }

    /** The same, where {@code 0s} means never. */
    static SettingType<Duration> durationOrNever(Duration least, Duration most) {
        return new SettingType<>("duration", text -> {
            Duration duration = duration(text);
            return duration.isZero() ? duration : between(least, most, duration);
        });
    }

    private static Duration between(Duration least, Duration most, Duration duration) {
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw new IllegalArgumentException("it is not between " + text(least) + " and " + text(most));
        }
        return duration;
    }

    static SettingType<Integer> wholeNumber(int least, int most) {
        return new SettingType<>("number", text -> {
            int number;
            try {
                number = Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("it is not a whole number");
            }
            if (number < least || number > most) {
                throw new IllegalArgumentException("it is not between " + least + " and " + most);
            }
            return number;
        });
    }

    /** The same, or a word that stands for a number of its own. */
    static SettingType<Integer> wordOrNumber(String word, int meaning, int least, int most) {
        SettingType<Integer> number = wholeNumber(least, most);
        return new SettingType<>(
                word + "|number",
                text -> text.equals(word) ? meaning : number.parser().apply(text));
    }

    /** A number of bytes, or a word that stands for a number of its own. */
    static SettingType<Integer> wordOrSize(String word, int meaning, int least, int most) {
        return new SettingType<>(word + "|size", text -> {
            if (text.equals(word)) {
                return meaning;
            }
            Matcher m = SIZE.matcher(text.trim());
            if (!m.matches()) {
                throw new IllegalArgumentException(
                        "it is not a size such as 500KiB, 20MiB, 1GiB, or a number of bytes");
            }
            int shift = m.group(2) == null ? 0 : 10 * (1 + "KMG".indexOf(m.group(2)));
            long size = Long.parseLong(m.group(1)) << shift;
            if (size < least || size > most) {
                throw new IllegalArgumentException("it is not between " + sizeText(least) + " and " + sizeText(most));
            }
            return (int) size;
        });
    }

    /** A number of bytes as a setting is written, if it is a round one: {@code 20MiB}. */
    private static String sizeText(int bytes) {
        int shift = Math.min(3, Integer.numberOfTrailingZeros(bytes) / 10);
        return (bytes >> 10 * shift) + List.of("", "KiB", "MiB", "GiB").get(shift);
    }

    static <E extends Enum<E>> SettingType<E> choice(Class<E> type, List<E> values) {
        List<String> names = values.stream()
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
        return new SettingType<>(String.join("|", names), text -> {
            if (!names.contains(text)) {
                throw new IllegalArgumentException(
                        "it is none of " + String.join(", ", names) + Suggestions.didYouMean(text, names));
            }
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        });
    }

    static <E extends Enum<E>> SettingType<E> choice(Class<E> type) {
        return choice(type, Arrays.asList(type.getEnumConstants()));
    }

    private static List<BrokerUri> broker(String text) {
        if (!text.contains("://")) {
            throw new IllegalArgumentException("it is neither 'embedded' nor a URI such as"
                    + " amqp://user:password@host:5672/vhost"
                    + Suggestions.closest(text, List.of("embedded"))
                            .map(s -> " (did you mean '" + s + "'?)")
                            .orElse(""));
        }
        return BrokerUri.parseList(text);
    }

    private static Duration duration(String text) {
        Matcher m = DURATION.matcher(text.trim());
        if (!m.matches()) {
            throw new IllegalArgumentException("it is not a duration such as 500ms, 30s, 10m, 7d");
        }
        try {
            long number = Long.parseLong(m.group(1));
            return switch (m.group(2) == null ? "ms" : m.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("it is longer than any duration");
        }
    }

    private static Duration waitingTime(String text) {
        Duration duration = duration(text);
        if (duration.isZero()) {
            throw new IllegalArgumentException("a delay has to be longer than nothing");
        }
        return between(Duration.ZERO, LONGEST_WAIT, duration);
    }

    static String text(List<Duration> durations) {
        return durations.stream().map(SettingType::text).collect(Collectors.joining(","));
    }

    /** A duration as a setting is written: {@code 1s}, {@code 10m}, {@code 250ms}. */
    static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0 || millis == 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        if (seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
