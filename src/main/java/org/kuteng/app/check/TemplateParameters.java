package org.kuteng.app.check;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The parameters that a route template declares. */
final class TemplateParameters {
    private final Set<String> names = new LinkedHashSet<>();
    private final Set<String> required = new LinkedHashSet<>();

    TemplateParameters(Node template) {
        if (Nodes.member(template, "parameters") instanceof SequenceNode list) {
            list.getValue().forEach(this::add);
        }
    }

    /** All of them. */
    Set<String> names() {
        return names;
    }

    /** Those that have no value of their own. */
    Set<String> required() {
        return required;
    }

    /** The parameters which a route gives to its template, and where. */
    static Map<String, Place> given(Node route, Report report) {
        Map<String, Place> given = new LinkedHashMap<>();
        if (Nodes.member(route, "parameters") instanceof SequenceNode list) {
            list.getValue().forEach(item -> Nodes.scalar(item, "name")
                    .ifPresent(name -> given.put(name.getValue(), report.place(name))));
        }
        return given;
    }

    private void add(Node parameter) {
        Nodes.scalar(parameter, "name").map(ScalarNode::getValue).ifPresent(name -> {
            names.add(name);
            boolean optional = Nodes.scalar(parameter, "required")
                    .filter(value -> value.getValue().equalsIgnoreCase("false"))
                    .isPresent();
            if (!optional && Nodes.member(parameter, "defaultValue") == null) {
                required.add(name);
            }
        });
    }
}
