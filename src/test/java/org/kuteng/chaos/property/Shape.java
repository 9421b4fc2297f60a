package org.kuteng.chaos.property;

import static org.kuteng.chaos.property.Yaml.all;
import static org.kuteng.chaos.property.Yaml.around;
import static org.kuteng.chaos.property.Yaml.process;
import static org.kuteng.chaos.property.Yaml.send;
import static org.kuteng.chaos.property.Yaml.setBody;
import static org.kuteng.chaos.property.Yaml.setProperty;
import static org.kuteng.chaos.property.Yaml.to;

import java.util.ArrayList;
import java.util.List;

/**
 * What a route does with a message: it makes messages of it, whose ids are its own id with a letter behind it. They are
 * sent to the next queue, or noted as products if there is none.
 */
enum Shape {
    /** Nothing is sent, though there may be a next queue: the message itself is what came of it. */
    ZERO(""),
    ONE(".a"),
    TWO(".a", ".b"),
    SPLIT(".a", ".b", ".c"),
    PARALLEL_SPLIT(".a", ".b", ".c"),
    /** By another route, in the same exchange. */
    DIRECT(".a"),
    PARALLEL_DIRECT(".a", ".b"),
    MULTICAST(".a", ".b"),
    /** By another route on another thread, which the first one does not wait for. */
    SEDA(".a"),
    WIRE_TAP(".a", ".b"),
    AGGREGATE(".a"),
    THREADS(".a"),
    DELAY(".a"),
    /** A bean that sends, before and after a step that sends. */
    TEMPLATE(".a", ".b", ".c"),
    /** A send that fails, is caught, and followed by another one. */
    TRY(".a");

    /** To which nobody has bound a queue; it is not even there. */
    static final String NO_EXCHANGE = "kuteng-no-such-exchange";

    private final List<String> children;

    Shape(String... children) {
        this.children = List.of(children);
    }

    /** The ids of what comes of a message. */
    List<String> children(String id) {
        return children.stream().map(suffix -> id + suffix).toList();
    }

    int fanOut() {
        return children.size();
    }

    /** Whether what comes of a message goes on to the next queue, if there is one. */
    boolean sends() {
        return this != ZERO;
    }

    /** Whether messages have their outcome together, so that one that fails takes others with it. */
    boolean batches() {
        return this == AGGREGATE;
    }

    /** The stage in YAML, with what it is made of. */
    String routes(Scenario.Stage stage) {
        Writer writer = new Writer(stage);
        List<String> steps = all(process(stage.bean("receive")), writer.steps(this));
        StringBuilder file = new StringBuilder();
        file.append(Yaml.route(
                stage.routeId(),
                "spring-rabbitmq:default",
                "queues: %s\nconcurrentConsumers: \"{{%2$s.consumers}}\"\nprefetchCount: \"{{%2$s.prefetch}}\""
                        .formatted(stage.queue(), stage.routeId()),
                steps));
        writer.others.forEach(file::append);
        return file.toString();
    }

    private static final class Writer {
        private final Scenario.Stage stage;
        private final List<String> others = new ArrayList<>();

        Writer(Scenario.Stage stage) {
            this.stage = stage;
        }

        private List<String> work() {
            return process(stage.bean("work"));
        }

        private List<String> after() {
            return process(stage.bean("after"));
        }

        /** Sends what is the body now. */
        private List<String> emitBody() {
            return stage.next() == null ? process(stage.bean("product")) : send(stage.next());
        }

        private List<String> emit(String suffix) {
            return all(setBody("${exchangeProperty.id}" + suffix), emitBody());
        }

        private List<String> split(String options, String suffixes, List<String> steps) {
            return around(
                    "- split:\n" + options + "    simple:\n      expression: '" + suffixes.replace(" ", "") + "'\n"
                            + "    delimiter: \",\"",
                    steps);
        }

        /** The ids of the parts, as one text. */
        private List<String> setParts(String... suffixes) {
            return setBody("${exchangeProperty.id}" + String.join(",${exchangeProperty.id}", suffixes));
        }

        private String other(String name, String from, List<String> steps) {
            String uri = from + ":" + stage.routeId() + "-" + name;
            others.add(Yaml.route(stage.routeId() + "-" + name, uri, "", steps));
            return uri;
        }

        List<String> steps(Shape shape) {
            return switch (shape) {
                case ZERO -> all(work(), process(stage.bean("product")), after());
                case ONE -> all(work(), emit(".a"), after());
                case TWO -> all(work(), emit(".a"), after(), emit(".b"));
                case SPLIT -> all(work(), setParts(".a", ".b", ".c"), split("", "${body}", emitBody()), after());
                case PARALLEL_SPLIT ->
                    all(
                            work(),
                            setParts(".a", ".b", ".c"),
                            split("    parallelProcessing: true\n", "${body}", emitBody()),
                            after());
                case DIRECT -> all(work(), to(other("sub", "direct", emit(".a"))), after());
                case PARALLEL_DIRECT ->
                    all(
                            work(),
                            setParts(".a", ".b"),
                            split(
                                    "    parallelProcessing: true\n",
                                    "${body}",
                                    to(other("sub", "direct", all(emitBody())))),
                            after());
                case MULTICAST ->
                    all(
                            work(),
                            around(
                                    "- multicast:",
                                    all(
                                            to(other("left", "direct", emit(".a"))),
                                            to(other("right", "direct", emit(".b"))))),
                            after());
                case SEDA -> all(work(), to(other("sub", "seda", all(after(), emit(".a")))));
                case WIRE_TAP ->
                    all(
                            work(),
                            List.of("- wireTap:", "    uri: " + other("tap", "direct", all(after(), emit(".b")))),
                            emit(".a"));
                case AGGREGATE ->
                    all(around(
                            """
                                    - aggregate:
                                        correlationExpression:
                                          constant:
                                            expression: all
                                        aggregationStrategy: "#batch"
                                        completionSize: 5
                                        completionTimeout: "300"
                                    """,
                            all(
                                    process(stage.bean("batch")),
                                    around(
                                            "- split:\n    simple:\n      expression: '${body}'",
                                            all(setProperty("id", "${body}"), emit(".a"))))));
                case THREADS ->
                    all(work(), List.of("- threads:", "    poolSize: 2", "    maxPoolSize: 4"), emit(".a"), after());
                case DELAY ->
                    all(
                            work(),
                            List.of("- delay:", "    asyncDelayed: true", "    constant:", "      expression: \"5\""),
                            emit(".a"),
                            after());
                case TEMPLATE -> all(work(), emit(".a"), process(stage.bean("template")), emit(".c"), after());
                case TRY ->
                    all(
                            work(),
                            List.of(
                                    "- doTry:",
                                    "    steps:",
                                    "      - to:",
                                    "          uri: spring-rabbitmq:" + NO_EXCHANGE,
                                    "          parameters:",
                                    "            routingKey: nowhere",
                                    "    doCatch:",
                                    "      - exception:",
                                    "          - java.lang.Exception",
                                    "        steps:",
                                    "          - log:",
                                    "              message: caught",
                                    "              loggingLevel: DEBUG"),
                            emit(".a"),
                            after());
            };
        }
    }
}
