package org.kuteng.rabbitmq;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Refuses options of an endpoint that Camel would take in silence and that would then do harm, or nothing. */
public final class EndpointOptions {

    /** AMQP carries the prefetch count in 16 bits. */
    private static final int MAX_PREFETCH = 65_535;

    /** Each consumer has a channel, and a connection has at most 2,047 at RabbitMQ. */
    private static final int MAX_CONSUMERS = 2_000;

    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?\\d{1,18}");

    private static final Pattern DURATION = Pattern.compile("(?=\\d)(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?");

    private static final Map<String, String> REFUSED = Map.of(
            "messageListenerContainerType", "kuteng has one kind of worker; leave it out",
            "maxConcurrentConsumers", "it belongs to Spring's simple container; use concurrentConsumers",
            "retry", "Spring's retries block a worker; failures go to kuteng's retry queues",
            "maximumRetryAttempts", "Spring's retries block a worker; set kuteng.retry.delays",
            "retryDelay", "Spring's retries block a worker; set kuteng.retry.delays",
            "rejectAndDontRequeue", "it would delete failed messages; failures go to the dead-letter queue");

    private static final Map<String, Function<String, Optional<String>>> VALUES = Map.of(
            "concurrentConsumers",
            text -> numberFault(text, 1, MAX_CONSUMERS),
            "prefetchCount",
            text -> numberFault(text, 0, MAX_PREFETCH),
            "replyTimeout",
            EndpointOptions::durationFault,
            "confirmTimeout",
            EndpointOptions::durationFault);

    private EndpointOptions() {}

    /** @throws IllegalArgumentException for an option that has no meaning here, or a value of the wrong type */
    static void check(Map<String, Object> options) {
        options.forEach((option, value) -> {
            if (value != null) {
                fault(option, value.toString()).ifPresent(fault -> {
                    throw new IllegalArgumentException(fault);
                });
            }
        });
    }

    /** Whether an option of the component has no meaning here, whatever its value. */
    public static boolean isRefused(String option) {
        return REFUSED.containsKey(option);
    }

    /**
     * What is wrong with an option of an endpoint.
     *
     * @param value as the route writes it; a reference to a bean ({@code #name}) is taken for right
     * @return a sentence; empty when the option has a meaning here and the value is right for it
     */
    public static Optional<String> fault(String option, String value) {
        boolean direct = "messageListenerContainerType".equals(option) && "DMLC".equals(value);
        if (REFUSED.containsKey(option) && !direct) {
            return Optional.of("option '" + option + "' of spring-rabbitmq is not supported: " + REFUSED.get(option));
        }
        if (!VALUES.containsKey(option) || value.startsWith("#")) {
            return Optional.empty();
        }
        return VALUES.get(option)
                .apply(value.trim())
                .map(fault -> "option '" + option + "' of spring-rabbitmq " + fault);
    }

    /** Milliseconds, or as Camel writes it: {@code 5s}, {@code 1m30s}. */
    private static Optional<String> durationFault(String text) {
        boolean right =
                WHOLE_NUMBER.matcher(text).matches() || DURATION.matcher(text).matches();
        return right
                ? Optional.empty()
                : Optional.of("is '" + text + "', which is not a duration such as 500, 5s or 1m30s");
    }

    private static Optional<String> numberFault(String text, long least, long most) {
        if (!WHOLE_NUMBER.matcher(text).matches()) {
            return Optional.of("is '" + text + "', which is not a whole number");
        }
        long number = Long.parseLong(text);
        return number >= least && number <= most
                ? Optional.empty()
                : Optional.of("is " + number + ", which is not between " + least + " and " + most);
    }

    /**
     * Values of {@code arg.*} options come from YAML as text, but a broker wants {@code x-priority} to be a number and
     * {@code x-single-active-consumer} to be true or false.
     */
    static Map<String, Object> typedArguments(Map<String, Object> arguments) {
        Map<String, Object> typed = new HashMap<>();
        arguments.forEach((name, value) -> typed.put(name, typed(value)));
        return typed;
    }

    private static Object typed(Object value) {
        if (!(value instanceof String text)) {
            return value;
        }
        if (WHOLE_NUMBER.matcher(text).matches()) {
            long number = Long.parseLong(text);
            return number == (int) number ? (Object) (int) number : (Object) number;
        }
        return text.equals("true") || text.equals("false") ? (Object) Boolean.valueOf(text) : text;
    }
}
