package org.kuteng.once;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.spi.Language;
import org.kuteng.work.Delivery;

/**
 * Finds the id of a message: what {@code arg.once} of its route says, or its message-id. Each {@code ${…}} of an
 * expression has to have a value: Camel's simple language would write nothing for a header that is missing, and all
 * messages without it would have the same id.
 */
final class KeyExpression {
    private static final Pattern FUNCTION = Pattern.compile("\\$\\{[^{}]*}");

    private final String text;
    private final List<Expression> parts;

    private KeyExpression(String text, List<Expression> parts) {
        this.text = text;
        this.parts = parts;
    }

    /**
     * Reads an expression.
     *
     * @param text null: the message-id
     * @throws IllegalArgumentException if it is no expression, or the same for every message
     */
    static KeyExpression of(CamelContext context, String text) {
        if (text == null) {
            return new KeyExpression(null, List.of());
        }
        if (!text.contains("${")) {
            throw new IllegalArgumentException("arg.once is '" + text
                    + "', which is the same for every message: write an expression such as ${header.orderId}");
        }
        Language simple = context.resolveLanguage("simple");
        List<Expression> parts = new ArrayList<>();
        try {
            for (String part : split(text)) {
                Expression expression = simple.createExpression(part);
                expression.init(context);
                parts.add(expression);
            }
        } catch (RuntimeException e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new IllegalArgumentException("arg.once is '" + text + "': " + reason, e);
        }
        return new KeyExpression(text, parts);
    }

    /** Functions and what stands between them; all in one if a function contains another. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        Matcher function = FUNCTION.matcher(text);
        int end = 0;
        while (function.find()) {
            if (function.start() > end) {
                parts.add(text.substring(end, function.start()));
            }
            parts.add(function.group());
            end = function.end();
        }
        if (end < text.length()) {
            parts.add(text.substring(end));
        }
        boolean nested = parts.stream()
                .anyMatch(part -> part.contains("${") && !FUNCTION.matcher(part).matches());
        return nested ? List.of(text) : parts;
    }

    /** The id of a message; null if it has none. */
    String evaluate(Exchange exchange, Delivery delivery) {
        if (text == null) {
            String id = delivery.properties().getMessageId();
            return id == null || id.isBlank() ? null : id;
        }
        StringBuilder id = new StringBuilder();
        for (Expression part : parts) {
            String value = part.evaluate(exchange, String.class);
            if (value == null || value.isEmpty()) {
                return null;
            }
            id.append(value);
        }
        return id.toString();
    }

    /** For messages: how the id of a message is called. */
    String describe() {
        return text == null ? "message-id" : "value for " + text;
    }
}
