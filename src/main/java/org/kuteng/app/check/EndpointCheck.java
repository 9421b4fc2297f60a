package org.kuteng.app.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks addresses: the component, what it needs, and what the route may do with it. */
final class EndpointCheck {
    private static final String WORK_QUEUES = "spring-rabbitmq";
    private static final String KAMELET = "kamelet";
    /** What a kamelet's own template begins and ends with. */
    private static final Set<String> KAMELET_ENDS = Set.of("source", "sink");

    private static final Set<String> NAMELESS = Set.of("mock", "seda", "stub");
    /** They take a bean in their path. */
    private static final Set<String> BEANS = Set.of("bean", "ref");

    /** A function in which there is what otherwise divides options. */
    private static final Pattern OPTION_LIKE = Pattern.compile("\\$\\{[^}]*[?&=]|^language:");

    private final Components components;
    private final LibraryCheck libraries;
    private final Placeholders placeholders;
    private final CheckContext context;
    private final References references;
    private final Report report;
    private final OptionCheck options;

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
        this.options = new OptionCheck(placeholders, context, references, report);
    }

    void check(Part part) {
        EndpointUse.member(part.type())
                .flatMap(member -> Nodes.scalar(part.node(), member))
                .filter(text -> text.getValue().isBlank())
                .ifPresent(text ->
                        report.error(text, "'" + EndpointUse.member(part.type()).get() + "' is empty"));
        for (EndpointUse use : EndpointUse.in(part)) {
            if (!use.text().isBlank()) {
                check(use, part.scope());
            }
        }
        if (part.type().equals("PollEnrichDefinition")) {
            checkPolledDynamically(part);
        } else if (part.type().equals("InterceptSendToEndpointDefinition")) {
            checkIntercepted(part);
        }
    }

    private void checkPolledDynamically(Part part) {
        Optional<FixedExpression> known = FixedExpression.of(part.node());
        if (known.isEmpty() || !known.get().constant()) {
            String name = known.map(expression -> expression.text().getValue()).orElse("*");
            references.inProcess().consumeLike(placeholders.pattern(withoutOptions(name), part.scope()));
        }
    }

    private void checkIntercepted(Part part) {
        boolean skipped = Nodes.scalar(part.node(), "skipSendToOriginalEndpoint")
                .filter(value -> !value.getValue().equals("false"))
                .isPresent();
        if (skipped) {
            Nodes.scalar(part.node(), "uri")
                    .flatMap(uri -> placeholders.resolve(uri.getValue(), part.scope()))
                    .ifPresent(references.inProcess()::intercept);
        }
    }

    void check(EndpointUse use, Scope scope) {
        String text = use.text();
        if (text.startsWith("{{")) {
            text = placeholders.resolve(text, scope).orElse("");
        }
        Endpoint endpoint = Endpoint.parse(use.uri(), text, use.parameters(), report);
        String scheme = endpoint.scheme();
        if (text.isEmpty() || scheme.contains("{{") || scheme.contains("${")) {
            if (use.role().isConsumer()) {
                references.inProcess().consumeLike("*");
            }
            return;
        }
        Optional<ComponentOptions> component = components.component(scheme);
        if (component.isEmpty()) {
            unknownComponent(endpoint, use.role());
            return;
        }
        boolean dynamic = use.role() == EndpointUse.Role.SEND_DYNAMIC && text.contains("${");
        check(component.get(), endpoint, use.role(), dynamic, scope);
    }

    private void unknownComponent(Endpoint endpoint, EndpointUse.Role role) {
        if (!context.beans().contains(endpoint.scheme())) {
            report.error(endpoint.uri(), libraries.componentFault(endpoint.scheme()));
        }
        if (role.isConsumer()) {
            // that nobody takes what is sent there would follow from the one fault
            references.inProcess().consumeLike("direct:" + endpoint.path());
            references.inProcess().consumeLike("seda:" + endpoint.path());
        }
    }

    private void check(ComponentOptions known, Endpoint endpoint, EndpointUse.Role role, boolean dynamic, Scope scope) {
        checkDirection(known, endpoint, role.isConsumer());
        if (!endpoint.query().isEmpty() && !endpoint.parameters().isEmpty()) {
            report.error(
                    endpoint.uri(),
                    "options stand after the '?' as well as under 'parameters': put them all under 'parameters'");
        }
        if (!dynamic || !OPTION_LIKE.matcher(endpoint.uri().getValue()).find()) {
            options.check(known, endpoint, scope);
        }
        if (dynamic) {
            return;
        }
        for (String required : required(known, endpoint)) {
            if (!endpoint.has(required)) {
                report.error(endpoint.uri(), "'" + endpoint.scheme() + "' needs '" + required + "'");
            }
        }
        if (endpoint.scheme().equals(WORK_QUEUES)) {
            checkWorkQueue(endpoint, role, scope);
        }
        note(resolved(endpoint, scope), role, scope);
    }

    private void checkWorkQueue(Endpoint endpoint, EndpointUse.Role role, Scope scope) {
        if (role.isConsumer() && !endpoint.has("queues")) {
            report.error(
                    endpoint.uri(),
                    "'spring-rabbitmq' does not know which queue to consume: add 'queues' under 'parameters'");
        }
        findQueues(endpoint, scope);
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

    /** Remembers what other parts of the files have to fit to. */
    private void note(Endpoint endpoint, EndpointUse.Role role, Scope scope) {
        boolean isFinal = !endpoint.path().contains("{{");
        Place place = report.place(endpoint.uri());
        InProcess inProcess = references.inProcess();
        if (!isFinal && role.isConsumer()) {
            inProcess.consumeLike(placeholders.pattern(endpoint.name(), scope));
        } else if (role == EndpointUse.Role.FROM && !scope.conditional()) {
            inProcess.consume(endpoint, place);
        } else if (role.isConsumer()) {
            inProcess.consumeLike(endpoint.name());
        } else if (isFinal) {
            inProcess.send(endpoint, place);
        }
        if (isFinal) {
            noteNames(endpoint, scope, place);
        }
    }

    private void noteNames(Endpoint endpoint, Scope scope, Place place) {
        String path = endpoint.path();
        if (endpoint.scheme().equals(KAMELET) && !KAMELET_ENDS.contains(path)) {
            useKamelet(endpoint, place);
        } else if (BEANS.contains(endpoint.scheme())) {
            references.bean(path.isEmpty() ? endpoint.option("beanName").orElse("") : path, scope, place);
        } else if (endpoint.scheme().equals("class")
                && !path.isEmpty()
                && ClassName.load(path).isEmpty()) {
            report.error(endpoint.uri(), ClassName.fault(path));
        } else if (endpoint.scheme().equals("language")) {
            libraries.languageFault(path.replaceFirst(":.*", "")).ifPresent(fault -> report.error(place, fault));
        }
    }

    private void useKamelet(Endpoint endpoint, Place place) {
        Map<String, Place> given = new HashMap<>();
        ComponentOptions own = components.component(KAMELET).orElseThrow();
        endpoint.options().stream()
                .filter(option -> own.option(option.name()).isEmpty())
                .forEach(option -> given.put(option.name(), option.namePlace()));
        String[] names = endpoint.path().split("/", 2);
        String name = endpoint.option("templateId").orElse(names[0]);
        // a kamelet in a place of its own is not looked for
        if (!endpoint.has("location")) {
            references.templates().useKamelet(name, names.length > 1 ? names[1] : null, place, given);
        }
    }

    private void checkDirection(ComponentOptions known, Endpoint endpoint, boolean consumer) {
        if (consumer && known.isProducerOnly()) {
            report.error(endpoint.uri(), "'" + endpoint.scheme() + "' can only be sent to, not be consumed from");
        } else if (!consumer && known.isConsumerOnly()) {
            report.error(endpoint.uri(), "'" + endpoint.scheme() + "' can only be consumed from, not be sent to");
        }
    }

    private static String withoutOptions(String address) {
        int question = address.indexOf('?');
        return question < 0 ? address : address.substring(0, question);
    }
}
