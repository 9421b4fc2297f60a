package org.kuteng.app.check;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** One option of an endpoint, and which values Camel can read for it. */
final class EndpointOption {
    /** Camel itself takes {@code abc} for 0 milliseconds. */
    private static final Pattern DURATION = Pattern.compile("-?\\d+|(?=\\d)(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?");

    private final LazyJson json;

    EndpointOption(LazyJson json) {
        this.json = json;
    }

    /** A bean or another object, which a text can only name. */
    boolean isObject() {
        return "object".equals(json.text("type"));
    }

    boolean isText() {
        return "string".equals(json.text("type")) && json.get("enum") == null;
    }

    boolean isTruth() {
        return "boolean".equals(json.text("type"));
    }

    /** Whether it is one, and cannot be written as a duration. */
    boolean isNumber() {
        return "integer".equals(json.text("type")) && !isLong() || "number".equals(json.text("type"));
    }

    List<String> choices() {
        return json.texts("enum");
    }

    Optional<String> description() {
        return Optional.ofNullable(json.text("description"));
    }

    Optional<String> defaultValue() {
        return Optional.ofNullable(json.text("defaultValue"));
    }

    /** What many names begin with that are options all of them, such as {@code arg.}. */
    Optional<String> prefix() {
        return Optional.ofNullable(json.text("prefix"));
    }

    /** The end of a sentence that begins with the name of the option; empty when the value is right. */
    Optional<String> fault(String value) {
        String type = json.text("type");
        if (json.get("enum") != null) {
            return PlainValue.choiceFault(json.texts("enum"), value);
        }
        return switch (type) {
            case "boolean" ->
                PlainValue.isBoolean(value) ? Optional.empty() : PlainValue.mustBe("true or false", value);
            case "integer" -> isInteger(value) ? Optional.empty() : PlainValue.mustBe("a whole number", value);
            case "number" -> PlainValue.isNumber(value) ? Optional.empty() : PlainValue.mustBe("a number", value);
            case "duration" ->
                isDuration(value) ? Optional.empty() : PlainValue.mustBe("a duration such as 500ms or 1m30s", value);
            default -> Optional.empty();
        };
    }

    private boolean isInteger(String value) {
        try {
            long number = Long.parseLong(value);
            return isLong() || number == (int) number;
        } catch (NumberFormatException e) {
            // Camel turns 5s into milliseconds where a long is asked for
            return isLong() && isDuration(value);
        }
    }

    private boolean isLong() {
        return json.text("javaType").toLowerCase(Locale.ROOT).endsWith("long");
    }

    private static boolean isDuration(String value) {
        if (!value.startsWith("P") && !value.startsWith("-P")) {
            return DURATION.matcher(value).matches();
        }
        try {
            Duration.parse(value);
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }
}
