package org.kuteng.app.check;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The JSON schema that comes with Camel's YAML language, read as far as it is needed.
 *
 * <p>A general validator is not used: it takes half a second to load this schema, and answers a misspelt step with
 * some 30 messages. The schema uses few forms, and they are all made into {@link Shape}s here.
 */
final class StepSchema {
    static final String RESOURCE = "schema/camelYamlDsl.json";
    private static final String STEP = "org.apache.camel.model.ProcessorDefinition";
    private static final String TEMPLATE = "org.apache.camel.model.RouteTemplateDefinition";
    static final String SUB_EXPRESSION = "org.apache.camel.model.ExpressionSubElementDefinition";
    static final String EXPRESSION = "org.apache.camel.model.language.ExpressionDefinition";

    private final LazyJson definitions;
    private final Map<String, Shape> shapes = new HashMap<>();
    private final Shape top;

    StepSchema() {
        LazyJson items = LazyJson.resource(RESOURCE).get("items");
        definitions = items.get("definitions");
        // passes over the text once; what comes after the definitions is then found without a second pass
        definitions.members();
        top = new Shape("");
        fill(top, items);
    }

    /** What may stand in the list that a route file is. */
    Shape top() {
        return top;
    }

    Shape step() {
        return definition(STEP);
    }

    /** A route template, as a kamelet holds one. */
    Shape template() {
        return definition(TEMPLATE);
    }

    private Shape definition(String name) {
        Shape known = shapes.get(name);
        if (known == null) {
            known = new Shape(name.substring(name.lastIndexOf('.') + 1));
            shapes.put(name, known);
            fill(known, definitions.get(name));
            if (name.equals(SUB_EXPRESSION)) {
                // Camel takes the long form here as well, which its schema does not tell
                known.addIfNew("expression", () -> definition(EXPRESSION));
                known.alternatives.forEach(names -> names.add("expression"));
            }
        }
        return known;
    }

    private Shape shape(LazyJson json) {
        String reference = json.text("$ref");
        if (reference != null) {
            return definition(reference.substring(reference.lastIndexOf('/') + 1));
        }
        Shape shape = new Shape("");
        fill(shape, json);
        return shape;
    }

    private void fill(Shape shape, LazyJson json) {
        String type = json.text("type");
        if ("string".equals(type)) {
            shape.kind = Shape.Kind.TEXT;
            shape.choices = json.texts("enum");
        } else if ("boolean".equals(type)) {
            shape.kind = Shape.Kind.BOOLEAN;
        } else if ("number".equals(type)) {
            shape.kind = Shape.Kind.NUMBER;
        } else if ("array".equals(type)) {
            shape.kind = Shape.Kind.LIST;
            LazyJson items = json.get("items");
            shape.items = () -> shape(items);
        } else {
            fillObject(shape, json);
        }
    }

    private void fillObject(Shape shape, LazyJson json) {
        shape.single |= json.get("maxProperties") != null;
        if (json.get("$ref") != null) {
            shape.kind = Shape.Kind.OBJECT;
            shape.addAll(shape(json.get("$ref").asText()));
        }
        for (LazyJson form : json.list("oneOf")) {
            if ("string".equals(form.text("type"))) {
                shape.shortForm = true;
            } else {
                fillObject(shape, form);
            }
        }
        for (LazyJson group : json.list("anyOf")) {
            Set<String> names = new LinkedHashSet<>();
            group.list("oneOf").forEach(alternative -> addAlternative(shape, names, alternative));
            shape.alternatives.add(names);
        }
        LazyJson properties = json.get("properties");
        if (properties == null && shape.kind == Shape.Kind.FREE && "object".equals(json.text("type"))) {
            shape.kind = Shape.Kind.MAPPING;
        }
        if (properties != null) {
            shape.kind = Shape.Kind.OBJECT;
            // an empty one only announces the name of an alternative
            properties.members().forEach((name, property) -> shape.addIfNew(name, () -> shape(property)));
        }
        shape.required.addAll(json.texts("required"));
    }

    private void addAlternative(Shape shape, Set<String> names, LazyJson alternative) {
        if (alternative.get("$ref") != null) {
            Shape expression = shape(alternative.get("$ref").asText());
            expression.alternatives.forEach(names::addAll);
            expression.memberNames().forEach(name -> shape.add(name, () -> expression.member(name)));
            return;
        }
        for (String name : alternative.texts("required")) {
            LazyJson property = alternative.get("properties").get(name);
            names.add(name);
            shape.add(name, () -> shape(property));
        }
    }

    private Shape shape(String reference) {
        return definition(reference.substring(reference.lastIndexOf('/') + 1));
    }
}
