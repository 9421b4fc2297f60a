package org.kuteng.app.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Collects the names that a file gives and uses: routes, steps, beans, route configurations. */
final class NameCheck {
    private static final Map<String, String> BEAN_REFERENCES = Map.of(
            "BeanDefinition", "ref",
            "ProcessDefinition", "ref",
            "PolicyDefinition", "ref",
            "RefExpression", "expression",
            "MethodCallExpression", "ref",
            "RefErrorHandlerDefinition", "ref");
    /** Options of many steps. */
    private static final List<String> BEAN_OPTIONS =
            List.of("aggregationStrategy", "idempotentRepository", "errorHandlerRef", "routePolicy");

    private final StepSchema schema;
    private final Placeholders placeholders;
    private final References references;
    private final Report report;

    NameCheck(StepSchema schema, Placeholders placeholders, References references, Report report) {
        this.schema = schema;
        this.placeholders = placeholders;
        this.references = references;
        this.report = report;
    }

    void check(Part part) {
        switch (part.type()) {
            case "RouteDefinition" -> checkRoute(part);
            case "RouteFromDefinitionDeserializer" ->
                report.warning(part.node(), "route without an id: write '- route:' with an 'id' and this 'from'");
            case "RouteConfigurationDefinition" ->
                value(part, "id").ifPresent(id -> references.configuration(id.getValue()));
            case "BeanFactoryDefinition" -> value(part, "name").ifPresent(id -> references.defineBean(id.getValue()));
            case "RouteTemplateDefinition" -> checkTemplate(part);
            case "TemplatedRouteDefinition" -> checkTemplatedRoute(part);
            default -> checkStepId(part);
        }
        checkBeans(part);
    }

    private void checkRoute(Part route) {
        if (!route.scope().template()) {
            Optional<ScalarNode> id = value(route, "id");
            id.ifPresentOrElse(
                    name -> placeholders
                            .resolve(name.getValue(), route.scope())
                            .ifPresent(value -> references.id("route", value, report.place(name))),
                    () -> report.warning(route.node(), "route without an id: add 'id: ...'"));
        }
        value(route, "routeConfigurationId").ifPresent(used -> {
            Optional<String> patterns = placeholders.resolve(used.getValue(), route.scope());
            for (String pattern : patterns.map(text -> text.split(",")).orElse(new String[0])) {
                references.useConfiguration(pattern.trim(), report.place(used));
            }
        });
    }

    /** Camel refuses to start when two steps of any routes have the same id, or a step has that of a route. */
    private void checkStepId(Part part) {
        String prefix = part.scope().idPrefix();
        if (prefix != null && schema.step().has(part.name())) {
            value(part, "id").ifPresent(id -> placeholders
                    .resolve(prefix + id.getValue(), part.scope())
                    .ifPresent(name -> references.id("step", name, report.place(id))));
        }
    }

    private void checkTemplate(Part template) {
        Optional<ScalarNode> id = value(template, "id");
        id.ifPresent(name -> references.template(name.getValue(), new TemplateParameters(template.node())));
    }

    private void checkTemplatedRoute(Part route) {
        value(route, "routeTemplateRef")
                .ifPresent(name -> references.useTemplate(
                        name.getValue(), report.place(name), TemplateParameters.given(route.node(), report)));
        value(route, "routeId").ifPresent(id -> references.id("route", id.getValue(), report.place(id)));
    }

    private void checkBeans(Part part) {
        String member = BEAN_REFERENCES.get(part.type());
        if (member != null) {
            Optional<ScalarNode> reference =
                    part.node() instanceof ScalarNode text ? Optional.of(text) : value(part, member);
            reference.ifPresent(name -> use(name, part.scope()));
        }
        for (String option : BEAN_OPTIONS) {
            value(part, option).ifPresent(name -> use(name, part.scope()));
        }
    }

    private void use(ScalarNode name, Scope scope) {
        placeholders.resolve(name.getValue(), scope).ifPresent(text -> {
            for (String one : text.split(",")) {
                references.bean(one, scope, report.place(name));
            }
        });
    }

    private static Optional<ScalarNode> value(Part part, String name) {
        Node node = part.node();
        return Nodes.scalar(node, name);
    }
}
