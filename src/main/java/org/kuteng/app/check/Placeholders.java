package org.kuteng.app.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts the values of properties in the place of {@code {{name}}}, {@code {{name:default}}} and {@code {{?name}}}. */
final class Placeholders {
    /** The innermost, which can be part of another's name. */
    private static final Pattern INNERMOST = Pattern.compile("\\{\\{([^{}]*)}}");
    /** Whether Camel is to look into the value for further ones. */
    private static final Pattern NESTED = Pattern.compile("\\?nested=(true|false)$");
    /** A function of the simple language. */
    private static final Pattern FUNCTION = Pattern.compile("\\$\\{[^}]*}");
    /** A property may name another; a circle must end. */
    private static final int MAX_REPLACEMENTS = 100;

    private final Function<String, Optional<String>> property;

    Placeholders(Function<String, Optional<String>> property) {
        this.property = property;
    }

    /** A placeholder without a value. */
    record Missing(String name, int offset) {}

    /** Placeholders that end the start because nothing gives them a value. */
    List<Missing> missing(String text, Scope scope) {
        List<Missing> missing = new ArrayList<>();
        replace(text, scope, missing);
        return missing;
    }

    /** The text as Camel will see it; empty when that is not known here. */
    Optional<String> resolve(String text, Scope scope) {
        return text.contains("{{") ? replace(text, scope, new ArrayList<>()) : Optional.of(text);
    }

    /** The text with {@code *} for everything that only a template or a message knows. */
    String pattern(String text, Scope scope) {
        String rest = text;
        for (int i = 0; i < MAX_REPLACEMENTS; i++) {
            Matcher placeholder = INNERMOST.matcher(rest);
            if (!placeholder.find()) {
                break;
            }
            String value = value(placeholder.group(1), scope).orElse("*");
            rest = rest.substring(0, placeholder.start()) + value + rest.substring(placeholder.end());
        }
        return FUNCTION.matcher(rest).replaceAll("*");
    }

    private Optional<String> replace(String text, Scope scope, List<Missing> missing) {
        String rest = text;
        boolean known = true;
        for (int i = 0; i < MAX_REPLACEMENTS; i++) {
            Matcher placeholder = INNERMOST.matcher(rest);
            if (!placeholder.find()) {
                return known ? Optional.of(rest) : Optional.empty();
            }
            String body = NESTED.matcher(placeholder.group(1)).replaceFirst("");
            Optional<String> value = value(body, scope);
            if (value.isEmpty() && isMandatory(body, scope)) {
                missing.add(new Missing(label(body), Math.max(0, text.indexOf(placeholder.group()))));
            }
            known &= value.isPresent();
            rest = rest.substring(0, placeholder.start()) + value.orElse("") + rest.substring(placeholder.end());
        }
        return Optional.empty();
    }

    private Optional<String> value(String body, Scope scope) {
        String name = nameOf(body);
        String fallback = body.contains(":") ? body.substring(body.indexOf(':') + 1) : null;
        if (scope.parameters().contains(name)) {
            return Optional.empty();
        }
        if (name.equals("env") && fallback != null) {
            return environment(fallback, System::getenv);
        }
        if (name.equals("sys") && fallback != null) {
            return environment(fallback, System::getProperty);
        }
        return property.apply(name).or(() -> Optional.ofNullable(fallback));
    }

    private static Optional<String> environment(String body, Function<String, String> values) {
        int colon = body.indexOf(':');
        String name = colon < 0 ? body : body.substring(0, colon);
        String fallback = colon < 0 ? null : body.substring(colon + 1);
        return Optional.ofNullable(values.apply(name)).or(() -> Optional.ofNullable(fallback));
    }

    private static boolean isMandatory(String body, Scope scope) {
        // bean: and service: are looked up by Camel, when it runs
        return !body.startsWith("?")
                && !body.startsWith("bean:")
                && !body.startsWith("service")
                && !scope.parameters().contains(nameOf(body));
    }

    private static String label(String body) {
        String name = nameOf(body);
        return name.equals("env") || name.equals("sys") ? body : name;
    }

    private static String nameOf(String body) {
        String bare = body.startsWith("?") || body.startsWith("!") ? body.substring(1) : body;
        int colon = bare.indexOf(':');
        if (colon < 0) {
            return bare.trim();
        }
        return bare.substring(0, colon).trim();
    }
}
