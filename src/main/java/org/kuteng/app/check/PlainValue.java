package org.kuteng.app.check;

import java.util.List;
import java.util.Optional;
import org.apache.camel.util.StringHelper;
import org.kuteng.app.Suggestions;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Whether Camel can read a value. Camel reads every plain value as text first, so {@code constant: 4000} and
 * {@code disabled: "true"} are right, though the schema says otherwise.
 */
final class PlainValue {
    private PlainValue() {}

    /** The end of a sentence that begins with the name of the value; empty when the value is right. */
    static Optional<String> fault(Shape shape, String value) {
        return switch (shape.kind) {
            case BOOLEAN -> isBoolean(value) ? Optional.empty() : mustBe("true or false", value);
            case NUMBER -> isNumber(value) ? Optional.empty() : mustBe("a number", value);
            default -> choiceFault(shape.choices, value);
        };
    }

    static Optional<String> mustBe(String what, String value) {
        return Optional.of("must be " + what + ", not '" + value + "'");
    }

    static Optional<String> choiceFault(List<String> choices, String value) {
        if (choices.isEmpty() || choices.stream().anyMatch(choice -> same(choice, value))) {
            return Optional.empty();
        }
        return Optional.of("must be one of " + String.join(", ", choices) + ", not '" + value + "'"
                + Suggestions.didYouMean(value, choices));
    }

    /** As Camel compares: in any case, and {@code json-xml} or {@code jsonXml} for {@code JSON_XML}. */
    private static boolean same(String choice, String value) {
        String text = value.trim();
        return choice.equalsIgnoreCase(text)
                || StringHelper.asEnumConstantValue(text).equalsIgnoreCase(choice);
    }

    static boolean isBoolean(String value) {
        return value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false");
    }

    static boolean isNumber(String value) {
        try {
            Double.parseDouble(value);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    static String nameOf(Node node) {
        if (node instanceof ScalarNode text) {
            return text.getValue().isEmpty() ? "empty" : "the text '" + text.getValue() + "'";
        }
        return node instanceof MappingNode ? "a mapping" : "a list";
    }

    static String nameOf(Shape shape) {
        return switch (shape.kind) {
            case LIST -> "a list";
            case OBJECT, MAPPING -> shape.shortForm ? "a text or a mapping" : "a mapping";
            default -> "a single value";
        };
    }
}
