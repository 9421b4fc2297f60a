package org.kuteng.app.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.util.json.DeserializationException;
import org.apache.camel.util.json.JsonArray;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;

/**
 * The JSON schema of route files for editors: Camel's own, which is stricter than Camel itself with plain values and
 * says nothing of what stands under {@code parameters}. Here both are mended: placeholders and numbers may stand where
 * Camel takes them, and each component on the class path has its options.
 */
public final class EditorSchema {
    /** Of Camel's own draft 4 nothing is used that is otherwise here, and conditions are new. */
    private static final String DRAFT = "http://json-schema.org/draft-07/schema#";

    private static final String ENDPOINT = "kuteng.endpoint";
    private static final String OPTIONS = "kuteng.options.";
    private static final String REFERENCE = "#/items/definitions/";

    private final Components components = new Components();
    private final JsonObject schema = camelSchema();
    private final JsonObject definitions = (JsonObject) ((JsonObject) schema.get("items")).get("definitions");

    private EditorSchema() {}

    /** The schema as text. */
    public static String text() {
        EditorSchema editor = new EditorSchema();
        editor.schema.put("$schema", DRAFT);
        PlainTypes.relax(editor.schema);
        editor.addLongForm();
        editor.addOptions();
        return editor.schema.toJson() + System.lineSeparator();
    }

    private static JsonObject camelSchema() {
        try (InputStream in = EditorSchema.class.getClassLoader().getResourceAsStream(StepSchema.RESOURCE)) {
            return (JsonObject) Jsoner.deserialize(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read Camel's schema from the class path", e);
        } catch (DeserializationException e) {
            throw new IllegalStateException("Camel's schema on the class path is no JSON", e);
        }
    }

    /** Of an expression within an option, such as {@code handled}. */
    private void addLongForm() {
        JsonObject expression = (JsonObject) definitions.get(StepSchema.SUB_EXPRESSION);
        ((JsonObject) expression.get("properties")).put("expression", reference(StepSchema.EXPRESSION));
    }

    private void addOptions() {
        JsonArray conditions = new JsonArray();
        for (String scheme : components.schemes()) {
            components.component(scheme).filter(known -> !known.takesAnything()).ifPresent(known -> {
                definitions.put(OPTIONS + scheme, OptionSchema.of(known));
                conditions.add(condition(scheme));
            });
        }
        for (Object definition : definitions.values()) {
            forms((JsonObject) definition).stream()
                    .filter(form -> form.get("properties") instanceof Map<?, ?> properties
                            && properties.containsKey("uri")
                            && properties.containsKey("parameters"))
                    .forEach(form -> form.put("allOf", new JsonArray(List.of(reference(ENDPOINT)))));
        }
        definitions.put(ENDPOINT, object("allOf", conditions));
    }

    /** The definition itself, or the one among its forms that is an object. */
    private static List<JsonObject> forms(JsonObject definition) {
        return definition.get("oneOf") instanceof JsonArray forms
                ? forms.stream().map(JsonObject.class::cast).toList()
                : List.of(definition);
    }

    /** If the address begins with this scheme, then these are its options. */
    private static JsonObject condition(String scheme) {
        JsonObject uri = object("uri", object("pattern", "^" + scheme + "(:|$)"));
        JsonObject when = object("properties", uri);
        when.put("required", new JsonArray(List.of("uri", "parameters")));
        JsonObject condition = object("if", when);
        condition.put("then", object("properties", object("parameters", reference(OPTIONS + scheme))));
        return condition;
    }

    private static JsonObject reference(String definition) {
        return object("$ref", REFERENCE + definition);
    }

    private static JsonObject object(String name, Object value) {
        JsonObject object = new JsonObject();
        object.put(name, value);
        return object;
    }
}
