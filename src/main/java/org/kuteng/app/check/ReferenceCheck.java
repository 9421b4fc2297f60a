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

/** Looks up what steps name outside of the files: beans, thread pools, classes. */
final class ReferenceCheck {
    private static final Map<String, String> BEANS = Map.ofEntries(
            Map.entry("BeanDefinition", "ref"),
            Map.entry("ProcessDefinition", "ref"),
            Map.entry("PolicyDefinition", "ref"),
            Map.entry("TransactedDefinition", "ref"),
            Map.entry("ThrowExceptionDefinition", "ref"),
            Map.entry("CustomDataFormat", "ref"),
            Map.entry("CustomLoadBalancerDefinition", "ref"),
            Map.entry("RefExpression", "expression"),
            Map.entry("MethodCallExpression", "ref"),
            Map.entry("RefErrorHandlerDefinition", "ref"));
    /** Options of many steps, the same as those which Camel describes as objects. */
    static final Set<String> BEAN_OPTIONS = Set.of(
            "aggregateController",
            "aggregationRepository",
            "aggregationStrategy",
            "comparator",
            "consumerListener",
            "errorHandlerRef",
            "idempotentRepository",
            "logger",
            "loggerRef",
            "onExceptionOccurredRef",
            "onPrepare",
            "onPrepareFailureRef",
            "onRedeliveryRef",
            "predicateExceptionFactory",
            "redeliveryPolicyRef",
            "resumeStrategy",
            "retryWhileRef",
            "routePolicy",
            "sagaService",
            "transactedPolicyRef",
            "untilCheck");

    static final Set<String> THREAD_POOL_OPTIONS = Set.of(
            "executorService",
            "executorServiceRef",
            "threadOffloadExecutorService",
            "timeoutCheckerExecutorService",
            "timeoutExecutorService");

    private static final Map<String, List<String>> CLASSES = Map.of(
            "BeanDefinition", List.of("beanType"),
            "MethodCallExpression", List.of("beanType"),
            "ConvertBodyDefinition", List.of("type"),
            "ConvertHeaderDefinition", List.of("type"),
            "ConvertVariableDefinition", List.of("type"),
            "BeanFactoryDefinition", List.of("type", "builderClass"),
            "JsonDataFormat", List.of("unmarshalType", "collectionType"));
    private static final Map<String, String> EXCEPTIONS = Map.of(
            "OnExceptionDefinition", "exception",
            "CatchDefinition", "exception",
            "FailoverLoadBalancerDefinition", "exception",
            "ThrowExceptionDefinition", "exceptionType");

    private static final String GIVEN_BEAN = "#bean:";

    private final Placeholders placeholders;
    private final References references;
    private final Report report;

    ReferenceCheck(Placeholders placeholders, References references, Report report) {
        this.placeholders = placeholders;
        this.references = references;
        this.report = report;
    }

    void check(Part part) {
        Optional.ofNullable(BEANS.get(part.type()))
                .flatMap(member -> text(part, member))
                .ifPresent(name -> checkBeans(name, part.scope()));
        BEAN_OPTIONS.forEach(
                option -> Nodes.scalar(part.node(), option).ifPresent(name -> checkBeans(name, part.scope())));
        THREAD_POOL_OPTIONS.forEach(option -> Nodes.scalar(part.node(), option).ifPresent(name -> placeholders
                .resolve(name.getValue(), part.scope())
                .ifPresent(text -> references.threadPool(text, part.scope(), report.place(name)))));
        for (String member : CLASSES.getOrDefault(part.type(), List.of())) {
            // the short form of the others names a bean
            boolean shortForm = part.type().startsWith("Convert");
            (shortForm ? text(part, member) : Nodes.scalar(part.node(), member))
                    .ifPresent(name -> checkClass(name, part.scope(), Object.class));
        }
        if (part.type().endsWith("Expression")) {
            Nodes.scalar(part.node(), "resultType").ifPresent(name -> checkClass(name, part.scope(), Object.class));
        }
        checkExceptions(part);
        if (part.type().equals("BeanFactoryDefinition")) {
            List.of("constructors", "properties").forEach(member -> checkBeansGivenTo(part, member));
        }
    }

    /** Camel itself passes the name on as a text, and says no more than that it cannot create the bean. */
    private void checkBeansGivenTo(Part part, String member) {
        if (Nodes.member(part.node(), member) instanceof MappingNode values) {
            for (NodeTuple value : values.getValue()) {
                if (value.getValueNode() instanceof ScalarNode text
                        && text.getValue().startsWith(GIVEN_BEAN)) {
                    checkBeans(text, part.scope());
                }
            }
        }
    }

    private void checkBeans(ScalarNode names, Scope scope) {
        placeholders.resolve(names.getValue(), scope).ifPresent(text -> {
            // a class can be given with arguments, which commas divide
            for (String name : text.startsWith("#") ? new String[] {text} : text.split(",")) {
                references.bean(name, scope, report.place(names));
            }
        });
    }

    private void checkExceptions(Part part) {
        String member = EXCEPTIONS.get(part.type());
        Node given = member == null ? null : Nodes.member(part.node(), member);
        List<Node> names =
                given instanceof SequenceNode list ? list.getValue() : given == null ? List.of() : List.of(given);
        for (Node name : names) {
            if (name instanceof ScalarNode scalar) {
                checkClass(scalar, part.scope(), Throwable.class);
            }
        }
    }

    private void checkClass(ScalarNode name, Scope scope, Class<?> wanted) {
        placeholders.resolve(name.getValue(), scope).ifPresent(text -> {
            String bare = ClassName.in(text).orElse(ClassName.bare(text));
            Optional<Class<?>> type = ClassName.load(bare);
            if (type.isEmpty()) {
                report.error(name, ClassName.fault(bare));
            } else if (!wanted.isAssignableFrom(type.get()) && wanted == Throwable.class) {
                report.error(name, "class '" + bare + "' is no exception");
            }
        });
    }

    private static Optional<ScalarNode> text(Part part, String member) {
        return part.node() instanceof ScalarNode text ? Optional.of(text) : Nodes.scalar(part.node(), member);
    }
}
