package org.kuteng.app.check;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.util.json.JsonArray;
import org.apache.camel.util.json.JsonObject;

/** What an editor should take, as Camel does: it reads every plain value as text, and fills in placeholders first. */
final class PlainTypes {
    /** Camel takes {@code auto-startup} for {@code autoStartup}; an editor need not list it, but must not refuse it. */
    static final String DASHED = "^[a-z0-9]+(-[a-z0-9]+)+$";

    /** What stands for a value that is not known before the routes run. */
    private static final String OPEN = "\\{\\{|\\$\\{|^#";

    private static final Map<String, String> PATTERNS =
            Map.of("boolean", "^" + anyCase("true") + "$|^" + anyCase("false") + "$", "number", "^-?[0-9.]+$");

    private static final String TYPE = "type";
    private static final String CHOICES = "enum";
    private static final String PATTERN = "pattern";

    private PlainTypes() {}

    /** Lets every value in a schema, however deep, be written in each way that Camel takes. */
    static void relax(Object part) {
        if (part instanceof JsonArray list) {
            list.forEach(PlainTypes::relax);
        } else if (part instanceof JsonObject object) {
            object.values().forEach(PlainTypes::relax);
            // a property may itself have the name "type"
            if (object.get(TYPE) instanceof String type) {
                allow(object, type);
            }
        }
    }

    /** Sets the type of a value, and what its text must be like. */
    static void allow(JsonObject value, String type) {
        if (value.get(CHOICES) instanceof JsonArray choices) {
            value.remove(TYPE);
            value.remove(CHOICES);
            value.put("anyOf", new JsonArray(List.of(object(CHOICES, choices), spellings(choices))));
        } else if (type.equals("string")) {
            value.put(TYPE, new JsonArray(List.of("string", "number", "boolean")));
        } else if (type.equals("array") && isOfTexts(value)) {
            value.put(TYPE, new JsonArray(List.of("array", "string")));
        } else if (PATTERNS.containsKey(type)) {
            value.put(TYPE, new JsonArray(List.of(type, "string")));
            value.put(PATTERN, PATTERNS.get(type) + "|" + OPEN);
        } else if (Boolean.FALSE.equals(value.get("additionalProperties")) && !value.containsKey("maxProperties")) {
            value.put("patternProperties", object(DASHED, new JsonObject()));
        }
    }

    private static boolean isOfTexts(JsonObject list) {
        return list.get("items") instanceof JsonObject items
                && items.get(TYPE) instanceof JsonArray types
                && types.contains("string");
    }

    /** {@code IN_ONLY} and {@code inOnly} are the same to Camel. */
    private static JsonObject spellings(JsonArray choices) {
        String spellings = choices.stream()
                .map(choice -> "|^" + anyCase(choice.toString()) + "$")
                .collect(Collectors.joining());
        JsonObject text = object(TYPE, "string");
        text.put(PATTERN, OPEN + spellings);
        return text;
    }

    private static String anyCase(String word) {
        StringBuilder pattern = new StringBuilder();
        for (char letter : word.toCharArray()) {
            if (Character.isLetter(letter)) {
                pattern.append('[')
                        .append(Character.toLowerCase(letter))
                        .append(Character.toUpperCase(letter))
                        .append("][-_]?");
            } else if (letter != '-' && letter != '_') {
                pattern.append(Character.isDigit(letter) ? "" : "\\").append(letter);
            }
        }
        return pattern.toString();
    }

    private static JsonObject object(String name, Object value) {
        JsonObject object = new JsonObject();
        object.put(name, value);
        return object;
    }
}
