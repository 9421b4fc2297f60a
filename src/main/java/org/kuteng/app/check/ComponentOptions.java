package org.kuteng.app.check;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a component says about its endpoints. */
final class ComponentOptions {
    private final String scheme;
    private final LazyJson component;
    private final Map<String, LazyJson> options;

    /** Without a description every option is taken for right. */
    ComponentOptions(String scheme, LazyJson json) {
        this.scheme = scheme;
        this.component = json == null ? null : json.get("component");
        this.options = json == null ? Map.of() : json.get("properties").members();
    }

    String scheme() {
        return scheme;
    }

    Set<String> names() {
        return options.keySet();
    }

    /** Whether options that nobody described are allowed. */
    boolean takesAnything() {
        return component == null
                || scheme.equals("stub")
                || component.is("lenientProperties")
                || component.is("api")
                || scheme.equals("dataformat");
    }

    boolean isConsumerOnly() {
        return component != null && component.is("consumerOnly");
    }

    boolean isProducerOnly() {
        return component != null && component.is("producerOnly");
    }

    /** Names that must be given: in the path, when the endpoint has none, and as options. */
    List<String> required(boolean withPath) {
        return options.entrySet().stream()
                .filter(option -> option.getValue().is("required"))
                .filter(option -> option.getValue().get("defaultValue") == null)
                .filter(option -> !withPath || !"path".equals(option.getValue().text("kind")))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Camel does not care about upper and lower case in names. */
    Optional<EndpointOption> option(String name) {
        for (Map.Entry<String, LazyJson> option : options.entrySet()) {
            String optionalPrefix = option.getValue().text("optionalPrefix");
            String bare = optionalPrefix != null && name.startsWith(optionalPrefix)
                    ? name.substring(optionalPrefix.length())
                    : name;
            if (option.getKey().equalsIgnoreCase(bare)) {
                return Optional.of(new EndpointOption(option.getValue()));
            }
        }
        return Optional.empty();
    }

    /** Whether the name is one of many that begin alike, such as {@code arg.queue.durable}. */
    boolean isOneOfMany(String name) {
        return options.values().stream()
                .map(option -> option.text("prefix"))
                .anyMatch(prefix ->
                        prefix != null && name.toLowerCase(Locale.ROOT).startsWith(prefix));
    }
}
