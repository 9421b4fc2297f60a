package org.kuteng.app.check;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.camel.util.StringHelper;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The parameters that a route template or kamelet declares.
 *
 * @param names all of them
 * @param required those that have no value of their own
 */
record TemplateParameters(Set<String> names, Set<String> required) {

    static TemplateParameters ofTemplate(Node template) {
        TemplateParameters parameters = new TemplateParameters(new LinkedHashSet<>(), new LinkedHashSet<>());
        if (Nodes.member(template, "parameters") instanceof SequenceNode list) {
            list.getValue().forEach(item -> Nodes.scalar(item, "name")
                    .map(ScalarNode::getValue)
                    .ifPresent(name -> parameters.add(
                            name,
                            !isFalse(Nodes.member(item, "required")) && Nodes.member(item, "defaultValue") == null)));
        }
        return parameters;
    }

    /** @param kamelet the file as a whole */
    static TemplateParameters ofKamelet(Node kamelet) {
        TemplateParameters parameters = new TemplateParameters(new LinkedHashSet<>(), new LinkedHashSet<>());
        Node definition = Nodes.member(Nodes.member(kamelet, "spec"), "definition");
        Set<String> required = new LinkedHashSet<>();
        if (Nodes.member(definition, "required") instanceof SequenceNode list) {
            list.getValue().forEach(item -> Nodes.text(item).ifPresent(required::add));
        }
        if (Nodes.member(definition, "properties") instanceof MappingNode properties) {
            for (NodeTuple property : properties.getValue()) {
                String name = Nodes.writtenKey(property);
                boolean needed = required.contains(name) && Nodes.member(property.getValueNode(), "default") == null;
                parameters.add(name, needed);
            }
        }
        return parameters;
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

    /** Camel takes {@code max-age} for {@code maxAge}. */
    static String oneSpelling(String name) {
        return StringHelper.dashToCamelCase(name);
    }

    boolean has(String name) {
        return names.stream().anyMatch(known -> oneSpelling(known).equals(oneSpelling(name)));
    }

    private void add(String name, boolean needed) {
        names.add(name);
        if (needed) {
            required.add(name);
        }
    }

    private static boolean isFalse(Node node) {
        return node instanceof ScalarNode scalar && scalar.getValue().equalsIgnoreCase("false");
    }
}
