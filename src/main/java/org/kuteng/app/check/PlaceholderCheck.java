package org.kuteng.app.check;

import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Looks into every text of a file for placeholders that no property gives a value. */
final class PlaceholderCheck {
    /** Camel does not look into these. */
    private static final Set<String> PROSE = Set.of("description", "note");

    private final Placeholders placeholders;
    private final Report report;

    PlaceholderCheck(Placeholders placeholders, Report report) {
        this.placeholders = placeholders;
        this.report = report;
    }

    void check(Node node, Scope scope) {
        if (node instanceof ScalarNode text) {
            if (text.getValue().contains("{{")) {
                placeholders
                        .missing(text.getValue(), scope)
                        .forEach(missing -> report.error(report.place(text, missing.offset()), fault(missing.name())));
            }
        } else if (node instanceof SequenceNode list) {
            list.getValue().forEach(item -> check(item, scope));
        } else if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(tuple -> check(tuple, scope));
        }
    }

    private static String fault(String name) {
        String place = name.startsWith("env:")
                ? "in the environment"
                : name.startsWith("sys:") ? "with -D" : "in application.properties";
        return "no value for {{" + name + "}}: set it " + place + ", or write {{" + name + ":default}}";
    }

    private void check(NodeTuple tuple, Scope scope) {
        String key = Nodes.key(tuple);
        if (!PROSE.contains(key)) {
            Scope inner = key.equals("routeTemplate")
                    ? TemplateScope.enter("RouteTemplateDefinition", key, tuple.getValueNode(), scope)
                    : scope;
            check(tuple.getValueNode(), inner);
        }
    }
}
