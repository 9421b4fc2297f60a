package org.kuteng.app.check;

import java.util.HashSet;
import java.util.Set;
import org.apache.camel.util.StringHelper;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Knows which parts of a file bring names of their own. */
final class TemplateScope {
    private TemplateScope() {}

    /** What Camel itself gives to {@code {{name}}} in a template. */
    private static final Set<String> GIVEN =
            Set.of("routeId", "templateId", "uuid", "parentRouteId", "parentProcessorId");

    /**
     * The scope of what stands inside a part.
     *
     * @param name what the file calls the part
     */
    static Scope enter(String type, String name, Node part, Scope outer) {
        if (type.equals("RouteTemplateDefinition")) {
            Set<String> beans = names(part, "beans");
            Set<String> parameters = new HashSet<>(outer.parameters());
            parameters.addAll(GIVEN);
            parameters.addAll(beans);
            names(part, "parameters").forEach(parameter -> addSpellings(parameter, parameters));
            return new Scope(type, true, null, parameters, beans);
        }
        if (type.equals("TemplatedRouteDefinition")) {
            return new Scope(type, false, null, outer.parameters(), names(part, "beans"));
        }
        if (type.equals("RouteDefinition") && !outer.conditional()) {
            String prefix =
                    Nodes.scalar(part, "nodePrefixId").map(ScalarNode::getValue).orElse("");
            boolean conditional = Nodes.member(part, "precondition") != null;
            return new Scope(type, conditional, prefix, outer.parameters(), outer.beans());
        }
        return switch (type) {
            // {expression: {simple: ...}} is the same as {simple: ...}
            case "ExpressionDefinition" -> outer;
            // what it means is told by its name alone
            case "ExpressionSubElementDefinition" -> outer.ownedBy(name);
            case "LoopDefinition" ->
                outer.ownedBy(Nodes.scalar(part, "doWhile")
                        .filter(value -> value.getValue().equals("true"))
                        .map(value -> "doWhile")
                        .orElse(type));
            default -> outer.ownedBy(type);
        };
    }

    /** The scope of a kamelet's template. */
    static Scope ofKamelet(TemplateParameters declared) {
        Set<String> parameters = new HashSet<>();
        declared.names().forEach(name -> addSpellings(name, parameters));
        return new Scope("", true, null, parameters, Set.of());
    }

    /** Camel gives a parameter both names. */
    private static void addSpellings(String name, Set<String> names) {
        names.add(name);
        names.add(StringHelper.dashToCamelCase(name));
        names.add(StringHelper.camelCaseToDash(name));
    }

    static Set<String> names(Node part, String list) {
        Set<String> names = new HashSet<>();
        if (Nodes.member(part, list) instanceof SequenceNode items) {
            items.getValue().forEach(item -> Nodes.scalar(item, "name").ifPresent(name -> names.add(name.getValue())));
        }
        return names;
    }
}
