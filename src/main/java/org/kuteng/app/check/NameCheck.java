package org.kuteng.app.check;

import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Collects the names that a file gives to routes, steps, beans, templates and route configurations. */
final class NameCheck {
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
                warnWithoutId(part.node(), "write '- route:' with an 'id' and this 'from'");
            case "RouteConfigurationDefinition" ->
                value(part, "id").ifPresent(id -> references.configuration(id.getValue(), report.place(id)));
            case "BeanFactoryDefinition" -> defineBean(part);
            case "RouteTemplateDefinition" -> checkTemplate(part);
            case "TemplatedRouteDefinition" -> checkTemplatedRoute(part);
            default -> checkStepId(part);
        }
    }

    private void checkRoute(Part route) {
        if (!route.scope().conditional()) {
            value(route, "id")
                    .ifPresentOrElse(
                            name -> placeholders
                                    .resolve(name.getValue(), route.scope())
                                    .ifPresent(value -> references.id("route", value, report.place(name))),
                            () -> warnWithoutId(route.node(), "add 'id: ...'"));
        }
        value(route, "routeConfigurationId").ifPresent(used -> {
            Optional<String> patterns = placeholders.resolve(used.getValue(), route.scope());
            for (String pattern : patterns.map(text -> text.split(",")).orElse(new String[0])) {
                references.useConfiguration(pattern.trim(), report.place(used));
            }
        });
    }

    private void warnWithoutId(Node route, String remedy) {
        references.routeWithoutId();
        report.warning(route, "route without an id: " + remedy);
    }

    private void defineBean(Part bean) {
        String type = value(bean, "type").map(ScalarNode::getValue).orElse(null);
        value(bean, "name").ifPresent(name -> references.defineBean(name.getValue(), type));
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
        value(template, "id").ifPresent(name -> references
                .templates()
                .define(name.getValue(), TemplateParameters.ofTemplate(template.node()), report.place(name)));
    }

    private void checkTemplatedRoute(Part route) {
        value(route, "routeTemplateRef").ifPresent(name -> references
                .templates()
                .useTemplate(name.getValue(), report.place(name), TemplateParameters.given(route.node(), report)));
        value(route, "routeId")
                .ifPresentOrElse(
                        id -> references.id("route", id.getValue(), report.place(id)),
                        () -> warnWithoutId(route.node(), "add 'routeId: ...'"));
    }

    private static Optional<ScalarNode> value(Part part, String name) {
        return Nodes.scalar(part.node(), name);
    }
}
