package org.kuteng.app.check;

import java.util.Optional;
import java.util.Set;
import org.kuteng.app.Suggestions;
import org.kuteng.rabbitmq.EndpointOptions;

/** Checks the options of an endpoint: their names, and their values. */
final class OptionCheck {
    private static final String WORK_QUEUES = "spring-rabbitmq";

    private final Placeholders placeholders;
    private final CheckContext context;
    private final References references;
    private final Report report;

    OptionCheck(Placeholders placeholders, CheckContext context, References references, Report report) {
        this.placeholders = placeholders;
        this.context = context;
        this.references = references;
        this.report = report;
    }

    void check(ComponentOptions known, Endpoint endpoint, Scope scope) {
        endpoint.options().forEach(option -> check(known, option, scope));
    }

    private void check(ComponentOptions known, Endpoint.Option option, Scope scope) {
        Set<String> own = context.ownOptions().getOrDefault(known.scheme(), Set.of());
        String name = option.name();
        if (known.scheme().equals(WORK_QUEUES) && !name.contains("{{") && !name.contains("${")) {
            ArgumentCheck.fault(name).ifPresent(fault -> report.warning(option.namePlace(), fault));
        }
        if (name.contains("{{") || name.contains("${") || own.contains(name) || known.isOneOfMany(name)) {
            return;
        }
        Optional<EndpointOption> described = known.option(name);
        if (described.isPresent()) {
            Optional.ofNullable(option.value())
                    .flatMap(text -> placeholders.resolve(text, scope))
                    .ifPresent(value -> checkValue(known, described.get(), option, value, scope));
        } else if (!known.takesAnything()) {
            report.error(
                    option.namePlace(),
                    "unknown option '" + name + "' of '" + known.scheme() + "'"
                            + Suggestions.didYouMean(name, known.names()));
        }
    }

    private void checkValue(
            ComponentOptions known, EndpointOption described, Endpoint.Option option, String value, Scope scope) {
        if (value.startsWith("#") && value.length() > 1) {
            if (!described.isText()) {
                references.bean(value, scope, option.valuePlace());
            }
        } else if (described.isObject() && context.beans().contains(value)) {
            report.error(option.valuePlace(), "'" + option.name() + "' takes a bean: write '#" + value + "'");
        } else if (!value.contains("${") && !value.startsWith("RAW(")) {
            Optional<String> fault = described.fault(value).map(end -> "'" + option.name() + "' " + end);
            fault.or(() -> refusal(known, option, value))
                    .ifPresent(message -> report.error(option.valuePlace(), message));
        }
    }

    /** What Camel takes and kuteng does not. */
    private static Optional<String> refusal(ComponentOptions known, Endpoint.Option option, String value) {
        return known.scheme().equals(WORK_QUEUES) ? EndpointOptions.fault(option.name(), value) : Optional.empty();
    }
}
