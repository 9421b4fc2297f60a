package org.kuteng.app.check;

import java.util.Optional;
import org.apache.camel.util.StringHelper;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads YAML nodes as Camel does. */
final class Nodes {
    private Nodes() {}

    /** The text of a plain value, as it is written and whatever its YAML type; empty for a list or mapping. */
    static Optional<String> text(Node node) {
        return node instanceof ScalarNode scalar ? Optional.of(scalar.getValue()) : Optional.empty();
    }

    /** The value that belongs to a name; null when there is none. */
    static Node member(Node node, String name) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (name.equals(key(tuple))) {
                    return tuple.getValueNode();
                }
            }
        }
        return null;
    }

    static Optional<ScalarNode> scalar(Node node, String name) {
        return member(node, name) instanceof ScalarNode scalar ? Optional.of(scalar) : Optional.empty();
    }

    /** A name; Camel takes {@code route-configuration-id} for {@code routeConfigurationId}. */
    static String key(NodeTuple tuple) {
        return StringHelper.dashToCamelCase(writtenKey(tuple));
    }

    static String writtenKey(NodeTuple tuple) {
        return text(tuple.getKeyNode()).orElse("");
    }

    static boolean isEmptyList(Node node) {
        return node instanceof SequenceNode list && list.getValue().isEmpty();
    }

    /** What to write instead of a placeholder without quotes. */
    static String quoted(String name, Node placeholder) {
        MappingNode outer = (MappingNode) placeholder;
        String inner = outer.getValue().get(0).getKeyNode() instanceof MappingNode mapping
                        && !mapping.getValue().isEmpty()
                ? writtenKey(mapping.getValue().get(0))
                : "...";
        return "a placeholder needs quotes: " + name + ": \"{{" + inner + "}}\"";
    }

    /** Written as {@code {{name}}} without quotes, which YAML takes for a mapping in a mapping. */
    static boolean isUnquotedPlaceholder(Node node) {
        return node instanceof MappingNode outer
                && outer.getValue().size() == 1
                && outer.getValue().get(0).getKeyNode() instanceof MappingNode;
    }
}
