package org.kuteng.app.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kuteng.app.Suggestions;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Checks addresses: the component, the names of its options, and their values. */
final class EndpointCheck {
    private static final Set<String> CONSUMERS =
            Set.of("FromDefinition", "OutputAwareFromDefinition", "RouteFromDefinitionDeserializer", "PollDefinition");
    private static final Map<String, String> PRODUCERS = Map.of(
            "ToDefinition", "uri",
            "ToDynamicDefinition", "uri",
            "WireTapDefinition", "uri",
            "DeadLetterChannelDefinition", "deadLetterUri");

    private static final String WORK_QUEUES = "spring-rabbitmq";

    private static final Set<String> NAMELESS = Set.of("mock", "seda", "stub");

    private final Components components;
    private final LibraryCheck libraries;
    private final Placeholders placeholders;
    private final CheckContext context;
    private final References references;
    private final Report report;

    EndpointCheck(
            Components components,
            LibraryCheck libraries,
            Placeholders placeholders,
            CheckContext context,
            References references,
            Report report) {
        this.components = components;
        this.libraries = libraries;
        this.placeholders = placeholders;
        this.context = context;
        this.references = references;
        this.report = report;
    }

    void check(Part part) {
        boolean consumer = CONSUMERS.contains(part.type());
        String member = consumer ? "uri" : PRODUCERS.get(part.type());
        if (member == null) {
            return;
        }
        Optional<ScalarNode> uri =
                part.node() instanceof ScalarNode text ? Optional.of(text) : Nodes.scalar(part.node(), member);
        uri.ifPresent(text -> {
            if (!text.getValue().isBlank()) {
                check(part, text, Nodes.member(part.node(), "parameters"), consumer);
            } else if (text != part.node()) {
                report.error(text, "'" + member + "' is empty");
            }
        });
    }

    private void check(Part part, ScalarNode uri, Node parameters, boolean consumer) {
        String text = uri.getValue();
        if (text.startsWith("{{")) {
            text = placeholders.resolve(text, part.scope()).orElse("");
        }
        Endpoint endpoint = Endpoint.parse(uri, text, parameters, report);
        // what is only known when a message is there cannot be checked before
        boolean dynamic = text.contains("${") && !consumer && !part.type().equals("ToDefinition");
        if (text.isEmpty() || dynamic || endpoint.scheme().contains("{{")) {
            references.endpoint(endpoint, consumer, false, report.place(uri));
            return;
        }
        check(endpoint, consumer, part.scope());
    }

    private void check(Endpoint endpoint, boolean consumer, Scope scope) {
        Optional<ComponentOptions> component = components.component(endpoint.scheme());
        if (component.isEmpty()) {
            if (!context.beans().contains(endpoint.scheme())) {
                report.error(endpoint.uri(), libraries.componentFault(endpoint.scheme()));
            }
            return;
        }
        ComponentOptions known = component.get();
        checkDirection(known, endpoint, consumer);
        if (!endpoint.query().isEmpty() && !endpoint.parameters().isEmpty()) {
            report.error(
                    endpoint.uri(),
                    "options stand after the '?' as well as under 'parameters': put them all under 'parameters'");
        }
        endpoint.options().forEach(option -> checkOption(known, option, scope));
        for (String required : required(known, endpoint)) {
            if (!endpoint.has(required)) {
                report.error(endpoint.uri(), "'" + endpoint.scheme() + "' needs '" + required + "'");
            }
        }
        if (consumer && endpoint.scheme().equals(WORK_QUEUES) && !endpoint.has("queues")) {
            report.error(
                    endpoint.uri(),
                    "'spring-rabbitmq' does not know which queue to consume: add 'queues' under 'parameters'");
        }
        if (endpoint.scheme().equals(WORK_QUEUES)) {
            findQueues(endpoint, scope);
        }
        boolean literal = placeholders.resolve(endpoint.name(), scope).isPresent();
        references.endpoint(resolved(endpoint, scope), consumer, literal, report.place(endpoint.uri()));
    }

    private void findQueues(Endpoint endpoint, Scope scope) {
        boolean byName = "default".equals(endpoint.path());
        Optional<String> names = endpoint.option("queues");
        Optional<String> key = byName && names.isEmpty() ? endpoint.option("routingKey") : Optional.empty();
        names.or(() -> key)
                .flatMap(text -> placeholders.resolve(text, scope))
                .filter(text -> !text.contains("${"))
                .ifPresent(text -> {
                    for (String name : text.split(",")) {
                        if (!name.isBlank()) {
                            references.queue(name.trim());
                        }
                    }
                });
    }

    /** Some take an address that is nothing but the scheme. */
    private static List<String> required(ComponentOptions known, Endpoint endpoint) {
        boolean nameless =
                NAMELESS.contains(endpoint.scheme()) && endpoint.options().isEmpty();
        boolean withPath = endpoint.path() != null && !endpoint.path().isEmpty();
        return known.required(withPath || nameless);
    }

    private Endpoint resolved(Endpoint endpoint, Scope scope) {
        String path = endpoint.path() == null ? endpoint.option("name").orElse("") : endpoint.path();
        return new Endpoint(
                endpoint.uri(),
                endpoint.scheme(),
                placeholders.resolve(path, scope).orElse(path),
                endpoint.query(),
                endpoint.parameters());
    }

    private void checkDirection(ComponentOptions known, Endpoint endpoint, boolean consumer) {
        if (consumer && known.isProducerOnly()) {
            report.error(endpoint.uri(), "'" + endpoint.scheme() + "' can only be sent to, not be consumed from");
        } else if (!consumer && known.isConsumerOnly()) {
            report.error(endpoint.uri(), "'" + endpoint.scheme() + "' can only be consumed from, not be sent to");
        }
    }

    private void checkOption(ComponentOptions known, Endpoint.Option option, Scope scope) {
        Set<String> own = context.ownOptions().getOrDefault(known.scheme(), Set.of());
        if (option.name().contains("{{") || own.contains(option.name()) || known.isOneOfMany(option.name())) {
            return;
        }
        Optional<EndpointOption> described = known.option(option.name());
        if (described.isEmpty()) {
            if (!known.takesAnything()) {
                report.error(
                        option.namePlace(),
                        "unknown option '" + option.name() + "' of '" + known.scheme() + "'"
                                + Suggestions.didYouMean(option.name(), known.names()));
            }
            return;
        }
        Optional.ofNullable(option.value())
                .flatMap(text -> placeholders.resolve(text, scope))
                .ifPresent(value -> checkValue(described.get(), option, value, scope));
    }

    private void checkValue(EndpointOption described, Endpoint.Option option, String value, Scope scope) {
        if (value.startsWith("#") && value.length() > 1) {
            if (!described.isText()) {
                references.bean(value, scope, option.valuePlace());
            }
        } else if (described.isObject() && context.beans().contains(value)) {
            report.error(option.valuePlace(), "'" + option.name() + "' takes a bean: write '#" + value + "'");
        } else if (!value.contains("${") && !value.startsWith("RAW(")) {
            described
                    .fault(value)
                    .ifPresent(fault -> report.error(option.valuePlace(), "'" + option.name() + "' " + fault));
        }
    }
}
