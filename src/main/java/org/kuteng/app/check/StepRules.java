package org.kuteng.app.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** What Camel asks of a step when it makes a route, though its schema does not say so. */
final class StepRules {
    /** Of each list at least one must be there. */
    private static final Map<String, List<String>> ONE_OF = Map.of(
            "BeanDefinition", List.of("ref", "beanType"),
            "ThrowExceptionDefinition", List.of("exceptionType", "ref"),
            "TryDefinition", List.of("doCatch", "doFinally"),
            "OnExceptionDefinition", List.of("exception"),
            "CatchDefinition", List.of("exception"),
            "SetHeadersDefinition", List.of("headers"),
            "SetVariablesDefinition", List.of("variables"),
            "ClaimCheckDefinition", List.of("operation"),
            "AggregateDefinition", List.of("correlationExpression"),
            "RouteTemplateDefinition", List.of("route", "from"));
    /** Of each list there may be one. */
    private static final Map<String, List<String>> ONLY_ONE_OF = Map.of(
            "OnCompletionDefinition", List.of("onCompleteOnly", "onFailureOnly"),
            "RollbackDefinition", List.of("markRollbackOnly", "markRollbackOnlyLast"),
            "DeadLetterChannelDefinition", List.of("redeliveryPolicy", "redeliveryPolicyRef"),
            "DefaultErrorHandlerDefinition", List.of("redeliveryPolicy", "redeliveryPolicyRef"));
    /** Their time-out works in parallel only. */
    private static final Set<String> PARALLEL_TIMEOUT =
            Set.of("MulticastDefinition", "SplitDefinition", "RecipientListDefinition");

    private static final List<String> COMPLETIONS = List.of(
            "completionSize",
            "completionTimeout",
            "completionInterval",
            "completionPredicate",
            "completionSizeExpression",
            "completionTimeoutExpression",
            "completionFromBatchConsumer");

    private StepRules() {}

    /** @param name what the file calls the step */
    static void check(String type, String name, MappingNode step, Set<String> misplaced, Report report) {
        List<String> wanted = ONE_OF.getOrDefault(type, List.of());
        boolean there = wanted.stream()
                .anyMatch(member -> has(step, member) || misplaced.contains(member) || isAmongSteps(step, member));
        if (!wanted.isEmpty() && !there) {
            report.error(step, "'" + name + "' needs '" + String.join("' or '", wanted) + "'");
        }
        List<String> alternatives = ONLY_ONE_OF.getOrDefault(type, List.of());
        if (!alternatives.isEmpty() && alternatives.stream().allMatch(member -> has(step, member))) {
            report.error(step, "'" + name + "' takes only one of '" + String.join("' and '", alternatives) + "'");
        }
        if (PARALLEL_TIMEOUT.contains(type)) {
            checkTimeout(step, report);
        } else if (type.equals("AggregateDefinition")) {
            checkCompletion(step, report);
        }
    }

    private static void checkTimeout(MappingNode step, Report report) {
        Optional<ScalarNode> timeout =
                Nodes.scalar(step, "timeout").filter(value -> !value.getValue().equals("0"));
        boolean parallel = Nodes.scalar(step, "parallelProcessing")
                .filter(value -> !value.getValue().equals("false"))
                .isPresent();
        if (timeout.isPresent() && !parallel) {
            report.error(timeout.get(), "'timeout' needs 'parallelProcessing: true'");
        }
    }

    /** A strategy of the user's own may itself say when it is complete. */
    private static void checkCompletion(MappingNode step, Report report) {
        boolean none = COMPLETIONS.stream().noneMatch(member -> has(step, member));
        boolean camels = Nodes.scalar(step, "aggregationStrategy")
                .filter(strategy -> strategy.getValue().startsWith("#class:org.apache.camel."))
                .isPresent();
        if (none && camels) {
            report.error(
                    step, "'aggregate' needs to know when it is complete: add 'completionSize' or 'completionTimeout'");
        }
    }

    /** Camel takes {@code doCatch} as the last step of {@code doTry} as well. */
    private static boolean isAmongSteps(MappingNode step, String member) {
        return member.startsWith("do")
                && Nodes.member(step, "steps") instanceof SequenceNode steps
                && steps.getValue().stream().anyMatch(inner -> Nodes.member(inner, member) != null);
    }

    private static boolean has(MappingNode step, String member) {
        Node value = Nodes.member(step, member);
        boolean no = value instanceof ScalarNode text && text.getValue().equals("false");
        return value != null && !no && !Nodes.isEmptyList(value);
    }
}
