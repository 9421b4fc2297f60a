package org.kuteng.app.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Warns of steps whose options give up what holds otherwise: a message is acknowledged when all of it is done. */
final class KeptStepsCheck {
    private static final String QUEUES = "spring-rabbitmq";

    /** Where a message from a queue may come in. */
    private static final Set<String> FROM_QUEUES = Set.of(QUEUES, "direct", "seda", "kamelet");

    /** Any of them completes a batch though its messages do not fill it. */
    private static final List<String> OTHER_COMPLETIONS = List.of(
            "completionTimeout",
            "completionTimeoutExpression",
            "completionInterval",
            "completionPredicate",
            "completionOnNewCorrelationGroup",
            "completionFromBatchConsumer");

    private static final int DEFAULT_PREFETCH = 250;

    /** What an option gives up, and what to do about it. */
    private record Danger(String option, String value, String message) {}

    private static final Map<String, List<Danger>> DANGERS = Map.of(
            "idempotentConsumer",
            List.of(new Danger(
                    "eager",
                    "true",
                    "with 'eager: true' a message that is in hand when its process is killed or its connection is lost is"
                            + " skipped as a duplicate when it comes again, and its work is lost: leave 'eager' out, or"
                            + " use kuteng.once=jdbc")),
            "deadLetterChannel",
            List.of(new Danger(
                    "deadLetterHandleNewException",
                    "true",
                    "with 'deadLetterHandleNewException: true' a message is lost when its dead-letter target refuses it:"
                            + " leave the option out")),
            "batchConfig",
            List.of(new Danger(
                    "allowDuplicates",
                    "false",
                    "with 'allowDuplicates: false' the second of two messages at the same place of the order is dropped,"
                            + " and stays in hand until its worker stops: leave the option out")),
            "streamConfig",
            List.of(new Danger(
                    "ignoreInvalidExchanges",
                    "true",
                    "with 'ignoreInvalidExchanges: true' a message that does not fit the order is neither done nor failed,"
                            + " and stays in hand until its worker stops: leave the option out")));

    private final Placeholders placeholders;
    private final Report report;
    private final Scope scope;

    private KeptStepsCheck(Placeholders placeholders, Report report, Scope scope) {
        this.placeholders = placeholders;
        this.report = report;
        this.scope = scope;
    }

    static void check(Part part, Placeholders placeholders, Report report) {
        KeptStepsCheck check = new KeptStepsCheck(placeholders, report, part.scope());
        if (!(part.node() instanceof MappingNode mapping)) {
            return;
        }
        if (part.type().endsWith("FromDefinition")) {
            Optional<Endpoint> from = check.endpoint(mapping);
            if (from.isPresent() && FROM_QUEUES.contains(from.get().scheme())) {
                check.walk(Nodes.member(mapping, "steps"), from.get());
            }
        } else if (part.type().endsWith("DeadLetterChannelDefinition")) {
            check.dangers("deadLetterChannel", mapping);
        }
    }

    private Optional<Endpoint> endpoint(MappingNode step) {
        return Nodes.scalar(step, "uri").flatMap(uri -> placeholders
                .resolve(uri.getValue(), scope)
                .map(text -> Endpoint.parse(uri, text, Nodes.member(step, "parameters"), report)));
    }

    private void walk(Node node, Endpoint from) {
        if (node instanceof SequenceNode list) {
            list.getValue().forEach(item -> walk(item, from));
        } else if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getValueNode() instanceof MappingNode step) {
                    step(Nodes.key(tuple), step, from);
                }
                walk(tuple.getValueNode(), from);
            }
        }
    }

    private void step(String name, MappingNode step, Endpoint from) {
        dangers(name, step);
        switch (name) {
            case "aggregate" -> aggregate(step, from);
            case "multicast", "split", "recipientList" -> parallel(name, step);
            case "to", "toD", "wireTap" -> disruptor(step);
            default -> {
                // nothing is known of it
            }
        }
    }

    private void dangers(String name, MappingNode step) {
        for (Danger danger : DANGERS.getOrDefault(name, List.of())) {
            Nodes.scalar(step, danger.option())
                    .filter(value -> text(value).filter(danger.value()::equals).isPresent())
                    .ifPresent(value -> report.warning(value, danger.message()));
        }
    }

    private void aggregate(MappingNode step, Endpoint from) {
        Node repository = Nodes.member(step, "aggregationRepository");
        if (repository != null) {
            report.warning(
                    repository,
                    "messages are acknowledged when the 'aggregationRepository' has them, and not when their batch is done:"
                            + " leave it out, and the broker keeps them");
            return;
        }
        Optional<Integer> size = Nodes.scalar(step, "completionSize").flatMap(this::number);
        boolean otherwise = OTHER_COMPLETIONS.stream().anyMatch(option -> Nodes.member(step, option) != null);
        if (size.isEmpty() || otherwise || !from.scheme().equals(QUEUES)) {
            return;
        }
        Optional<Integer> prefetch = option(from, "prefetchCount", DEFAULT_PREFETCH);
        Optional<Integer> consumers = option(from, "concurrentConsumers", 1);
        if (prefetch.isEmpty() || consumers.isEmpty() || prefetch.get() == 0) {
            return;
        }
        long most = (long) prefetch.get() * consumers.get();
        if (most < size.get()) {
            report.warning(
                    Nodes.member(step, "completionSize"),
                    "a batch of " + size.get() + " is never complete: the worker has " + most
                            + " messages in hand at the most (prefetchCount x concurrentConsumers); raise 'prefetchCount'"
                            + " or add 'completionTimeout'");
        }
    }

    private Optional<Integer> option(Endpoint from, String name, int defaultValue) {
        Optional<String> given = from.option(name).or(() -> placeholders
                .resolve("{{camel.component.spring-rabbitmq." + name + ":}}", scope)
                .filter(value -> !value.isBlank()));
        if (given.isEmpty()) {
            return Optional.of(defaultValue);
        }
        return placeholders.resolve(given.get(), scope).flatMap(KeptStepsCheck::parse);
    }

    private void parallel(String name, MappingNode step) {
        boolean timeout = Nodes.scalar(step, "timeout")
                .flatMap(this::text)
                .filter(value -> !value.equals("0"))
                .isPresent();
        Nodes.scalar(step, "shareUnitOfWork")
                .filter(value -> timeout && text(value).filter("true"::equals).isPresent())
                .ifPresent(value -> report.warning(
                        value,
                        "with 'shareUnitOfWork: true' a branch of '" + name
                                + "' that goes on after the time-out does not keep its message in hand: leave it out"));
    }

    private void disruptor(MappingNode step) {
        endpoint(step)
                .filter(to -> to.scheme().startsWith("disruptor"))
                .ifPresent(to -> report.warning(
                        Nodes.member(step, "uri"),
                        "messages are acknowledged when 'disruptor:' has taken them, and not when they are done: use"
                                + " 'seda:'"));
    }

    private Optional<String> text(ScalarNode value) {
        return placeholders.resolve(value.getValue(), scope);
    }

    private Optional<Integer> number(ScalarNode value) {
        return text(value).flatMap(KeptStepsCheck::parse);
    }

    private static Optional<Integer> parse(String text) {
        try {
            return Optional.of(Integer.valueOf(text.trim()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
