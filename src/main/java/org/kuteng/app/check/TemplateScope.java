package org.kuteng.app.check;

import java.util.HashSet;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Knows which parts of a file bring names of their own. */
final class TemplateScope {
    private TemplateScope() {}

    /** The scope of what stands inside a part. */
    static Scope enter(String type, Node part, Scope outer) {
        if (type.equals("RouteTemplateDefinition")) {
            return new Scope(type, true, null, names(part, "parameters"), names(part, "beans"));
        }
        if (type.equals("RouteDefinition") && !outer.template()) {
            String prefix =
                    Nodes.scalar(part, "nodePrefixId").map(ScalarNode::getValue).orElse("");
            return new Scope(type, false, prefix, outer.parameters(), outer.beans());
        }
        // {expression: {simple: ...}} is the same as {simple: ...}
        return type.equals("ExpressionDefinition") ? outer : outer.ownedBy(type);
    }

    static Set<String> names(Node part, String list) {
        Set<String> names = new HashSet<>();
        if (Nodes.member(part, list) instanceof SequenceNode items) {
            items.getValue().forEach(item -> Nodes.scalar(item, "name").ifPresent(name -> names.add(name.getValue())));
        }
        return names;
    }
}
