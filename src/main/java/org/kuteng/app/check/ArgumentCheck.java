package org.kuteng.app.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kuteng.app.Suggestions;
import org.kuteng.broker.QueueArguments;
import org.kuteng.broker.QueueArguments.Use;

/** Checks the names of {@code arg.*} options, which Camel takes whatever they are and brokers ignore. */
final class ArgumentCheck {
    private static final String PREFIX = "arg.";

    /** What identifies a message, which is kuteng's own. */
    private static final String ONCE = "arg.once";

    /** A binding takes what the headers of messages are compared with: any name. */
    private static final List<String> ANYTHING = List.of("arg.binding.", "arg.dlq.binding.");

    private static final Map<String, Use> USES = Map.of(
            "arg.queue.", Use.QUEUE,
            "arg.dlq.queue.", Use.QUEUE,
            "arg.exchange.", Use.EXCHANGE,
            "arg.dlq.exchange.", Use.EXCHANGE,
            "arg.consumer.", Use.CONSUMER);

    private ArgumentCheck() {}

    /**
     * What is wrong with an option of a work queue.
     *
     * @param option as the file writes it
     * @return a sentence; empty if it is no argument, or some broker knows it
     */
    static Optional<String> fault(String option) {
        if (!option.startsWith(PREFIX)
                || option.equals(ONCE)
                || ANYTHING.stream().anyMatch(option::startsWith)) {
            return Optional.empty();
        }
        return USES.entrySet().stream()
                .filter(use -> option.startsWith(use.getKey()))
                .findFirst()
                .map(use -> unknownName(
                        use.getValue(), option, option.substring(use.getKey().length())))
                .orElseGet(() -> Optional.of(unknownUse(option)));
    }

    private static Optional<String> unknownName(Use use, String option, String name) {
        return QueueArguments.isKnown(use, name)
                ? Optional.empty()
                : Optional.of("'" + option + "' does nothing: no broker knows the argument '" + name + "'"
                        + Suggestions.didYouMean(name, QueueArguments.known(use)));
    }

    private static String unknownUse(String option) {
        String rest = option.substring(PREFIX.length());
        int dot = rest.indexOf('.');
        String use = PREFIX + (dot < 0 ? rest : rest.substring(0, dot)) + ".";
        return "'" + option
                + "' does nothing: arguments begin with arg.queue., arg.exchange., arg.binding., arg.consumer."
                + " or arg.dlq."
                + Suggestions.didYouMean(use, USES.keySet());
    }
}
