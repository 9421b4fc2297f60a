package org.kuteng.app.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.PropertyBindingException;
import org.kuteng.app.Suggestions;

/**
 * What Camel says of routes that it cannot make, in one line.
 *
 * @param message the innermost cause
 * @param routeId which route it could not make; empty when it came to none
 * @param file where Camel was reading; null when it does not say
 * @param bean the name of the bean that it was creating; null when it was none
 */
record DryRunFault(String message, Optional<String> routeId, String file, String bean) {
    private static final Pattern FILE = Pattern.compile("file:([^ ]+)$");
    private static final Pattern BEAN = Pattern.compile("^Error creating bean: (\\S+) of type");
    /** What Java adds to the name of a class when an object has no text of its own. */
    private static final Pattern OBJECT_HASH = Pattern.compile("@[0-9a-f]{5,8}\\b");

    private static final String SETTER = "set";

    static DryRunFault of(Throwable thrown) {
        Throwable deepest = thrown;
        PropertyBindingException binding = null;
        String route = null;
        String file = null;
        String bean = null;
        for (Throwable t = thrown; t != null && t != t.getCause(); t = t.getCause()) {
            String message = String.valueOf(t.getMessage());
            file = find(FILE, message).orElse(file);
            bean = find(BEAN, message).orElse(bean);
            if (t instanceof FailedToCreateRouteException create) {
                route = create.getRouteId();
            } else if (t instanceof FailedToStartRouteException start) {
                route = start.getRouteId();
            }
            binding = t instanceof PropertyBindingException property ? property : binding;
            deepest = t;
        }
        String what = bean != null ? "bean '" + bean + "' cannot be created: " : "Camel cannot make this: ";
        String why = binding == deepest && binding != null ? noProperty(binding) : oneLine(deepest);
        return new DryRunFault(what + why, Optional.ofNullable(route), file, bean);
    }

    private static Optional<String> find(Pattern pattern, String message) {
        Matcher matcher = pattern.matcher(message);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static String noProperty(PropertyBindingException fault) {
        Class<?> type = fault.getTarget().getClass();
        List<String> properties = Arrays.stream(type.getMethods())
                .filter(method -> method.getName().startsWith(SETTER) && method.getParameterCount() == 1)
                .map(method -> method.getName().substring(SETTER.length()))
                .map(name -> name.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + name.substring(1))
                .toList();
        String name = fault.getPropertyName();
        return "class '" + type.getName() + "' has no property '" + name + "'"
                + Suggestions.didYouMean(name, properties);
    }

    private static String oneLine(Throwable cause) {
        String message = cause.getMessage();
        String name = cause.getClass().getSimpleName();
        if (message == null || message.isBlank()) {
            return name;
        }
        String first = OBJECT_HASH
                .matcher(message.lines().findFirst().orElse("").trim())
                .replaceAll("");
        // their messages are bare names
        return cause instanceof ReflectiveOperationException ? name + ": " + first : first;
    }

    /** Where the bean is named, or the file as a whole. */
    Place place(List<Path> files) {
        Path found = files.stream()
                .filter(path -> path.toString().equals(file))
                .findFirst()
                .orElse(files.get(0));
        List<String> lines = lines(found);
        Pattern name = Pattern.compile(
                "(\\s*-?\\s*name:\\s*)[\"']?" + Pattern.quote(String.valueOf(bean)) + "[\"']?\\s*(#.*)?");
        for (int i = 0; i < lines.size(); i++) {
            Matcher line = name.matcher(lines.get(i));
            if (line.matches()) {
                return new Place(found, i + 1, line.end(1) + 1);
            }
        }
        return new Place(found, 0, 0);
    }

    /** The first name in a line. */
    static Place lineStart(Path file, int line) {
        List<String> lines = lines(file);
        String text = line >= 1 && line <= lines.size() ? lines.get(line - 1) : "";
        int column = 0;
        while (column < text.length() && " -".indexOf(text.charAt(column)) >= 0) {
            column++;
        }
        return new Place(file, line, column + 1);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return List.of();
        }
    }
}
