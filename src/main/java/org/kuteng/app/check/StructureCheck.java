package org.kuteng.app.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.kuteng.app.Suggestions;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Walks through a file along the schema: names that are unknown or in the wrong place, values of the wrong type, names
 * that are missing. What it finds right it hands on, part by part, to the checks that know more about it.
 */
final class StructureCheck {
    /** What Camel takes though its schema does not list it: old names and the names of its own model. */
    private static final Set<String> ALSO_ACCEPTED = Set.of(
            "streamCaching",
            "inheritErrorHandler",
            "dataFormatType",
            "loadBalancerType",
            "errorHandlerType",
            "resequencerConfig",
            "tokenizerImplementation");

    private static final Set<String> ROUTES = Set.of("route", "from");
    private static final Set<String> BEFORE_ROUTES = Set.of(
            "errorHandler", "onException", "onCompletion", "intercept", "interceptFrom", "interceptSendToEndpoint");

    /** What routes are made of that are not written down as such. */
    private static final Set<String> ROUTE_MAKERS = Set.of("routeTemplate", "templatedRoute", "rest");

    private final StepSchema schema;
    private final Placeholders placeholders;
    private final Report report;
    private final Consumer<Part> parts;
    /** Whether something could not be looked into. */
    private boolean incomplete;
    /** Unknown names around the part that is looked at. */
    private Set<String> misplaced = Set.of();

    StructureCheck(StepSchema schema, Placeholders placeholders, Report report, Consumer<Part> parts) {
        this.schema = schema;
        this.placeholders = placeholders;
        this.report = report;
        this.parts = parts;
    }

    /** Whether a fault has hidden more than itself. */
    boolean isIncomplete() {
        return incomplete;
    }

    /** A file that is a list, as most are. */
    void check(Node root) {
        if (!(root instanceof SequenceNode list)) {
            incomplete = true;
            report.error(root, "a route file is a list: begin with '- route:'");
        } else if (list.getValue().isEmpty()) {
            report.error(root, RouteCheck.NO_ROUTE);
        } else {
            list.getValue().forEach(item -> visit(schema.top(), "", item, Scope.FILE));
            checkOrder(list);
        }
    }

    /** The template of a kamelet, which has its name and its parameters elsewhere. */
    void checkTemplate(Node template, Scope scope) {
        misplaced = Set.of("id");
        visit(schema.template(), "template", template, scope);
        misplaced = Set.of();
    }

    /**
     * Camel applies to the routes of a file only what it has read before them, and refuses what comes later; to those of
     * other files it applies none of it.
     */
    private void checkOrder(SequenceNode list) {
        boolean routeSeen = false;
        List<ScalarNode> withoutRoute = new ArrayList<>();
        for (Node item : list.getValue()) {
            if (item instanceof MappingNode mapping && !mapping.getValue().isEmpty()) {
                NodeTuple first = mapping.getValue().get(0);
                String key = Nodes.key(first);
                if (BEFORE_ROUTES.contains(key) && first.getKeyNode() instanceof ScalarNode name) {
                    withoutRoute.add(name);
                    if (routeSeen) {
                        report.error(name, "'" + key + "' must stand before the first route of its file");
                    }
                }
                routeSeen |= ROUTES.contains(key);
            }
        }
        if (!routeSeen && list.getValue().stream().noneMatch(StructureCheck::makesRoutes)) {
            withoutRoute.forEach(name -> report.warning(
                    name,
                    "'" + name.getValue()
                            + "' has no effect: it applies to the routes of its own file only, and there are"
                            + " none; to reach other files, put it into a 'routeConfiguration'"));
        }
    }

    private static boolean makesRoutes(Node item) {
        return item instanceof MappingNode mapping
                && mapping.getValue().stream().map(Nodes::key).anyMatch(ROUTE_MAKERS::contains);
    }

    private void visit(Shape shape, String name, Node node, Scope scope) {
        if (shape.kind == Shape.Kind.FREE) {
            return;
        }
        if (node instanceof MappingNode && shape.kind == Shape.Kind.MAPPING && !Nodes.isUnquotedPlaceholder(node)) {
            return;
        }
        if (node instanceof SequenceNode list && shape.kind == Shape.Kind.LIST) {
            Shape items = shape.items.get();
            list.getValue().forEach(item -> visit(items, name, item, scope));
        } else if (node instanceof MappingNode mapping && shape.kind == Shape.Kind.OBJECT) {
            visitObject(shape, name, mapping, scope);
        } else if (node instanceof ScalarNode text && !isList(shape, text)) {
            visitText(shape, name, text, scope);
        } else {
            wrongType(shape, name, node);
        }
    }

    private void visitObject(Shape shape, String name, MappingNode mapping, Scope scope) {
        if (shape.single) {
            visitStep(shape, mapping, scope);
            return;
        }
        Scope inner = scope;
        if (!shape.type.isEmpty()) {
            parts.accept(new Part(shape.type, name, mapping, scope));
            inner = TemplateScope.enter(shape.type, name, mapping, scope);
        }
        Set<String> around = misplaced;
        misplaced = new HashSet<>(mapping.getValue().stream().map(Nodes::key).toList());
        misplaced.removeAll(shape.memberNames());
        visitMembers(shape, name, mapping, inner);
        misplaced = around;
        CompletenessCheck.check(shape, name, mapping, around, report);
    }

    private void visitMembers(Shape shape, String name, MappingNode mapping, Scope scope) {
        Set<String> given = new HashSet<>();
        for (NodeTuple tuple : mapping.getValue()) {
            String key = Nodes.key(tuple);
            if (!given.add(key)) {
                report.warning(tuple.getKeyNode(), "'" + key + "' is given twice: only the last one counts");
            }
            if (shape.has(key)) {
                visit(shape.member(key), key, tuple.getValueNode(), scope);
            } else if (!ALSO_ACCEPTED.contains(key)) {
                report.error(tuple.getKeyNode(), unknownOption(shape, name, tuple));
            }
        }
    }

    private void visitStep(Shape shape, MappingNode mapping, Scope scope) {
        if (mapping.getValue().isEmpty()) {
            report.error(mapping, missing(shape));
            return;
        }
        NodeTuple first = mapping.getValue().get(0);
        String step = Nodes.writtenKey(first);
        if (!shape.has(step)) {
            incomplete |= shape == schema.top();
            report.error(first.getKeyNode(), unknownStep(shape, step));
        } else if (mapping.getValue().size() > 1) {
            NodeTuple second = mapping.getValue().get(1);
            incomplete = true;
            report.error(second.getKeyNode(), beside(shape, step, Nodes.writtenKey(second)));
        } else {
            visit(shape.member(step), step, first.getValueNode(), scope);
        }
    }

    private void visitText(Shape shape, String name, ScalarNode text, Scope scope) {
        if (shape.kind == Shape.Kind.OBJECT || shape.kind == Shape.Kind.MAPPING) {
            if (shape.shortForm) {
                checkNotEmpty(shape, name, text);
                parts.accept(new Part(shape.type, name, text, scope));
            } else {
                wrongType(shape, name, text);
            }
            return;
        }
        placeholders
                .resolve(text.getValue(), scope)
                .flatMap(value -> PlainValue.fault(shape, value))
                .ifPresent(fault -> report.error(text, "'" + name + "' " + fault));
    }

    /** An expression may be empty, what other short forms stand for may not. */
    private void checkNotEmpty(Shape shape, String name, ScalarNode text) {
        if (text.getValue().isEmpty() && !shape.required.isEmpty() && !shape.type.endsWith("Expression")) {
            report.error(text, "'" + name + "' is empty");
        }
    }

    /** Camel takes a text for a list of texts as well. */
    private static boolean isList(Shape shape, ScalarNode text) {
        return shape.kind == Shape.Kind.LIST
                && (text.getValue().isEmpty() || shape.items.get().kind != Shape.Kind.TEXT);
    }

    private void wrongType(Shape shape, String name, Node node) {
        if (Nodes.isUnquotedPlaceholder(node)) {
            report.error(node, Nodes.quoted(name, node));
            return;
        }
        incomplete |= !(node instanceof ScalarNode);
        if (shape.single) {
            report.error(node, noStep(shape, node));
            return;
        }
        String label = name.isEmpty() ? "this" : "'" + name + "'";
        String remedy =
                PlainValue.nameOf(node).equals("empty") && shape.required.isEmpty() && shape.kind == Shape.Kind.OBJECT
                        ? ": write '" + name + ": {}'"
                        : "";
        report.error(
                node, label + " must be " + PlainValue.nameOf(shape) + ", not " + PlainValue.nameOf(node) + remedy);
    }

    /** A text or a list where a name and its content belong. */
    private String noStep(Shape shape, Node node) {
        String text = Nodes.text(node).orElse(null);
        if (text == null) {
            return "a step is a name with a colon, not a list";
        }
        if (text.isEmpty()) {
            return missing(shape);
        }
        if (!shape.has(text)) {
            return unknownStep(shape, text);
        }
        Shape step = shape.member(text);
        boolean mayBeEmpty = step.kind == Shape.Kind.OBJECT && step.required.isEmpty() && step.alternatives.isEmpty();
        return "'" + text + "' needs a colon: write '" + text + ": " + (mayBeEmpty ? "{}" : "...") + "'";
    }

    private String missing(Shape shape) {
        return shape == schema.top() ? "an element such as 'route' is missing here" : "a step is missing here";
    }

    private String unknownStep(Shape shape, String step) {
        if (shape == schema.top()) {
            return schema.step().has(step)
                    ? "'" + step + "' is a step: it belongs under 'steps' of a route"
                    : "unknown element '" + step + "'" + Suggestions.didYouMean(step, shape.memberNames());
        }
        if (schema.top().has(step)) {
            return "'" + step + "' is no step: it belongs at the top of a file";
        }
        return StepPlaces.owner(step)
                .map(owner -> "'" + step + "' is no step: it belongs under '" + owner + "'")
                .orElseGet(() -> "unknown step '" + step + "'" + Suggestions.didYouMean(step, shape.memberNames()));
    }

    private static String beside(Shape shape, String step, String other) {
        return shape.has(other)
                ? "'" + other + "' stands in the same step as '" + step + "': begin it with '- '"
                : "'" + other + "' stands beside '" + step + "': indent it to stand under '" + step + "'";
    }

    private String unknownOption(Shape shape, String name, NodeTuple tuple) {
        String key = Nodes.writtenKey(tuple);
        String owner = name.isEmpty() ? "" : " of '" + name + "'";
        String suggestion = Suggestions.didYouMean(key, shape.memberNames());
        if (shape.has("from") && Set.of("uri", "parameters", "steps").contains(key)) {
            suggestion = ": it belongs under 'from'";
        } else if (suggestion.isEmpty() && schema.step().has(key)) {
            suggestion = shape.has("steps") ? ": a step belongs under 'steps'" : ": a step begins with '- '";
        }
        return "unknown option '" + key + "'" + owner + suggestion;
    }
}
