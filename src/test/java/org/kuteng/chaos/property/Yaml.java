package org.kuteng.chaos.property;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Lines of a route file. */
final class Yaml {
    private static final String STEP = "    ";

    private Yaml() {}

    /** What is one step after another. */
    static List<String> all(List<?>... parts) {
        return Stream.of(parts).flatMap(List::stream).map(Object::toString).toList();
    }

    /** A step with steps of its own: its own lines, and then {@code steps:} below its first line. */
    static List<String> around(String own, List<String> steps) {
        List<String> lines = new ArrayList<>(own.lines().toList());
        lines.add(STEP + "steps:");
        steps.forEach(line -> lines.add(STEP + "  " + line));
        return lines;
    }

    /** A step that calls a bean. */
    static List<String> process(String bean) {
        return List.of("- process:", STEP + "ref: " + bean);
    }

    static List<String> setBody(String simple) {
        return List.of("- setBody:", STEP + "simple:", STEP + "  expression: '" + simple + "'");
    }

    static List<String> setProperty(String name, String simple) {
        return List.of(
                "- setProperty:", STEP + "name: " + name, STEP + "simple:", STEP + "  expression: '" + simple + "'");
    }

    static List<String> to(String uri) {
        return List.of("- to:", STEP + "uri: " + uri);
    }

    static List<String> send(String queue) {
        return List.of(
                "- to:", STEP + "uri: spring-rabbitmq:default", STEP + "parameters:", STEP + "  routingKey: " + queue);
    }

    static String route(String id, String from, String parameters, List<String> steps) {
        StringBuilder route = new StringBuilder("- route:\n    id: " + id + "\n    from:\n      uri: " + from + "\n");
        if (!parameters.isEmpty()) {
            route.append("      parameters:\n");
            parameters
                    .lines()
                    .forEach(line -> route.append("        ").append(line).append('\n'));
        }
        route.append("      steps:\n");
        steps.forEach(line -> route.append("        ").append(line).append('\n'));
        return route.toString();
    }
}
