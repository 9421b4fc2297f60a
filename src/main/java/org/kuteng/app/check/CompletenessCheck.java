package org.kuteng.app.check;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kuteng.app.Suggestions;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/** Whether a part has all that it needs, and not two of what it can have only once. */
final class CompletenessCheck {
    /** One name of a group of alternatives, and what to call the group. */
    private static final Map<String, String> NEEDED = Map.of(
            "simple", "an expression, such as 'simple'",
            "json", "a data format, such as 'json'",
            "roundRobinLoadBalancer", "a load balancer, such as 'roundRobinLoadBalancer'",
            "deadLetterChannel", "its kind, such as 'deadLetterChannel'");
    /** They do something without an expression, too. */
    private static final Set<String> WITHOUT_EXPRESSION = Set.of("SortDefinition", "DelayDefinition");

    private CompletenessCheck() {}

    /**
     * @param misplaced names that stand around the part though they belong into it, about which enough has been said
     */
    static void check(Shape shape, String name, MappingNode mapping, Set<String> misplaced, Report report) {
        List<String> given = mapping.getValue().stream().map(Nodes::key).toList();
        List<String> unknown = given.stream().filter(key -> !shape.has(key)).toList();
        Set<String> needed = new LinkedHashSet<>(shape.required);
        if (shape.type.endsWith("DataFormat")) {
            // the schema asks for more than Camel does
            needed.clear();
        }
        needed.removeAll(given);
        needed.removeAll(misplaced);
        unknown.forEach(key -> Suggestions.closest(key, shape.memberNames()).ifPresent(needed::remove));
        needed.forEach(required -> report.error(mapping, "'" + name + "' needs '" + required + "'"));
        for (Set<String> group : shape.alternatives) {
            checkGroup(shape, name, mapping, group, unknown.isEmpty(), report);
        }
        checkSteps(shape, mapping, report);
        if (unknown.isEmpty()) {
            StepRules.check(shape.type, name, mapping, misplaced, report);
        }
    }

    private static void checkGroup(
            Shape shape, String name, MappingNode mapping, Set<String> group, boolean allKnown, Report report) {
        List<NodeTuple> chosen = mapping.getValue().stream()
                .filter(tuple -> group.contains(Nodes.key(tuple)))
                .toList();
        if (chosen.size() > 1) {
            String all = String.join("' and '", chosen.stream().map(Nodes::key).toList());
            report.error(chosen.get(1).getKeyNode(), "'" + name + "' takes only one of '" + all + "'");
        } else if (chosen.isEmpty() && allKnown && !WITHOUT_EXPRESSION.contains(shape.type)) {
            NEEDED.entrySet().stream()
                    .filter(need -> group.contains(need.getKey()))
                    .forEach(need -> report.error(mapping, "'" + name + "' needs " + need.getValue()));
        }
    }

    /** Camel refuses a route without steps. */
    private static void checkSteps(Shape shape, MappingNode mapping, Report report) {
        if (shape.type.endsWith("FromDefinition") || shape.type.startsWith("RouteFromDefinition")) {
            Node steps = Nodes.member(mapping, "steps");
            if (Nodes.isEmptyList(steps)) {
                report.error(steps, "route without steps");
            }
        }
    }
}
