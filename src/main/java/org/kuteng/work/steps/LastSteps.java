package org.kuteng.work.steps;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.ErrorHandlerFactory;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.model.ChoiceDefinition;
import org.apache.camel.model.ErrorHandlerDefinition;
import org.apache.camel.model.FilterDefinition;
import org.apache.camel.model.OnCompletionDefinition;
import org.apache.camel.model.OnExceptionDefinition;
import org.apache.camel.model.OnWhenDefinition;
import org.apache.camel.model.OtherwiseDefinition;
import org.apache.camel.model.PipelineDefinition;
import org.apache.camel.model.ProcessDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.StepDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.WhenDefinition;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.model.errorhandler.RefErrorHandlerDefinition;
import org.apache.camel.model.language.ExpressionDefinition;
import org.apache.camel.model.language.SimpleExpression;
import org.apache.camel.processor.errorhandler.DefaultExceptionPolicyStrategy;
import org.apache.camel.processor.errorhandler.ExceptionPolicyKey;
import org.kuteng.work.FailureHandler;
import org.kuteng.work.Work;

/**
 * Finds the sends after which nothing is left to do in a route, or with a part of a {@code split}, and
 * whose failure nobody but kuteng handles.
 */
final class LastSteps {
    private static final String COMES_FROM_QUEUE = "${exchangeProperty." + Work.PROPERTY + "} != null";

    private static final String SCHEME = "spring-rabbitmq:";

    /** What a step is the last one of: a route, or a step that makes parts. */
    record End(NamedNode of, RouteDefinition route) {
        /** Whether the parts have no order. */
        boolean isParallel() {
            return of instanceof SplitDefinition split
                    && (!areUnset(split.getParallelProcessing())
                            || split.getExecutorService() != null
                            || split.getExecutorServiceBean() != null);
        }
    }

    /** What becomes of a failure in a route; only the steps that note it for kuteng handle it. */
    static final class Verdicts {
        private final Map<ExceptionPolicyKey, Boolean> buries;

        private Verdicts(Map<ExceptionPolicyKey, Boolean> buries) {
            this.buries = buries;
        }

        /** Whether there is to be no further attempt. */
        boolean buries(Exchange exchange, Throwable thrown) {
            if (!buries.containsValue(true)) {
                return false;
            }
            ExceptionPolicyKey found =
                    DefaultExceptionPolicyStrategy.INSTANCE.getExceptionPolicy(buries.keySet(), exchange, thrown);
            return found != null && buries.get(found);
        }
    }

    private LastSteps() {}

    /** Whether the step sends to a queue or an exchange of the broker. */
    static boolean isSend(CamelContext context, NamedNode step) {
        String uri = null;
        if (step instanceof ToDefinition to) {
            uri = to.getEndpointUri();
        } else if (step instanceof ToDynamicDefinition to) {
            uri = to.getUri();
        }
        return uri != null && context.resolvePropertyPlaceholders(uri).startsWith(SCHEME);
    }

    /** What the step is the last one of; null if something follows it, or a step around it does more than run it. */
    static End endAfter(NamedNode step) {
        NamedNode last = step;
        for (NamedNode around = last.getParent(); around != null; around = around.getParent()) {
            if (!isLastOf(around, last)) {
                return null;
            }
            if (around instanceof RouteDefinition) {
                return end(around);
            }
            if (around instanceof SplitDefinition split) {
                return dividesPlainly(split) ? end(around) : null;
            }
            if (!isTransparent(around)) {
                return null;
            }
            last = around;
        }
        return null;
    }

    private static End end(NamedNode of) {
        NamedNode node = of;
        while (node != null && !(node instanceof RouteDefinition)) {
            node = node.getParent();
        }
        return node == null ? null : new End(of, (RouteDefinition) node);
    }

    private static boolean isTransparent(NamedNode around) {
        return around instanceof ChoiceDefinition
                || around instanceof WhenDefinition
                || around instanceof OtherwiseDefinition
                || around instanceof FilterDefinition
                || around instanceof PipelineDefinition
                || around instanceof StepDefinition;
    }

    private static boolean isLastOf(NamedNode around, NamedNode step) {
        if (around instanceof ChoiceDefinition choice) {
            // its branches are no steps of it; Camel may leave a branch out of a step's parents
            OtherwiseDefinition otherwise = choice.getOtherwise();
            return step instanceof WhenDefinition
                    || step == otherwise
                    || otherwise != null && isLast(otherwise.getOutputs(), step)
                    || choice.getWhenClauses().stream().anyMatch(when -> isLast(when.getOutputs(), step));
        }
        if (around instanceof OtherwiseDefinition otherwise) {
            return isLast(otherwise.getOutputs(), step);
        }
        return around instanceof ProcessorDefinition<?> steps && isLast(steps.getOutputs(), step);
    }

    private static boolean isLast(List<ProcessorDefinition<?>> steps, NamedNode step) {
        return !steps.isEmpty() && steps.get(steps.size() - 1) == step;
    }

    /** Nothing looks at the parts but the step itself, which fails when one of them does. */
    private static boolean dividesPlainly(SplitDefinition split) {
        return split.getAggregationStrategy() == null
                && split.getAggregationStrategyBean() == null
                && areUnset(split.getStopOnException(), split.getShareUnitOfWork())
                && split.getTimeout() == null;
    }

    private static boolean areUnset(String... switches) {
        for (String value : switches) {
            if (value != null && !value.equals("false")) {
                return false;
            }
        }
        return true;
    }

    /**
     * What becomes of a failure in this route.
     *
     * @return null if the route, or what it is configured with, does something of its own then, or at its end
     */
    static Verdicts verdicts(CamelContext context, RouteDefinition route) {
        Route running = context.getRoute(route.getRouteId());
        // intercept: steps before each step, which send perhaps
        if (running == null
                || !running.getInterceptStrategies().isEmpty()
                || !isPlain(context, route.getErrorHandlerFactory())) {
            return null;
        }
        Map<ExceptionPolicyKey, Boolean> buries = new LinkedHashMap<>();
        for (ProcessorDefinition<?> step : route.getOutputs()) {
            if (step instanceof OnCompletionDefinition) {
                return null;
            }
            if (step instanceof OnExceptionDefinition handler && !isNoted(context, handler, buries)) {
                return null;
            }
        }
        return new Verdicts(buries);
    }

    private static boolean isPlain(CamelContext context, ErrorHandlerFactory factory) {
        if (factory instanceof ErrorHandlerDefinition several) {
            return isPlain(context, several.getErrorHandlerType());
        }
        if (factory instanceof RefErrorHandlerDefinition reference) {
            return reference.getRef().equals(RefErrorHandlerDefinition.DEFAULT_ERROR_HANDLER_BUILDER)
                    && context.getRegistry().lookupByName(reference.getRef()) == null;
        }
        if (factory instanceof NoErrorHandlerDefinition) {
            return true;
        }
        return factory == null
                || factory.getClass() == DefaultErrorHandlerDefinition.class
                        && isPlain((DefaultErrorHandlerDefinition) factory);
    }

    /** Whether it does nothing but pass the failure on. */
    private static boolean isPlain(DefaultErrorHandlerDefinition handler) {
        return handler.getRedeliveryPolicy() == null
                && handler.getRedeliveryPolicyRef() == null
                && handler.getOnPrepareFailureRef() == null
                && handler.getOnPrepareFailureProcessor() == null
                && handler.getRetryWhileRef() == null
                && handler.getRetryWhilePredicate() == null;
    }

    /** Whether it is the condition of the shipped file, which is true of all that come from a queue. */
    private static boolean isShipped(OnWhenDefinition condition) {
        ExpressionDefinition expression = condition.getExpression();
        return expression instanceof SimpleExpression
                && expression.getPredicate() == null
                && COMES_FROM_QUEUE.equals(expression.getExpression());
    }

    /** Whether it does nothing but note the failure; what it says is put with the others. */
    private static boolean isNoted(
            CamelContext context, OnExceptionDefinition handler, Map<ExceptionPolicyKey, Boolean> buries) {
        List<ProcessorDefinition<?>> steps = handler.getOutputs();
        String ref = steps.size() == 1 && steps.get(0) instanceof ProcessDefinition note ? note.getRef() : null;
        boolean buried = FailureHandler.BURY_STEP.equals(ref);
        if (!buried && !FailureHandler.RETRY_OR_BURY_STEP.equals(ref)
                || handler.getOnWhen() != null && (buried || !isShipped(handler.getOnWhen()))
                || handler.getRedeliveryPolicyType() != null
                || handler.getRedeliveryPolicyRef() != null
                || handler.getRetryWhile() != null
                || handler.getRetryWhilePolicy() != null
                || handler.getContinuedPolicy() != null
                || handler.getContinued() != null
                || handler.getOnExceptionOccurredRef() != null
                || handler.getOnExceptionOccurred() != null) {
            return false;
        }
        Set<Class<? extends Throwable>> classes = new HashSet<>();
        for (String name : handler.getExceptions()) {
            Class<?> found = context.getClassResolver().resolveClass(name);
            if (found == null || !Throwable.class.isAssignableFrom(found)) {
                return false;
            }
            classes.add(found.asSubclass(Throwable.class));
        }
        classes.forEach(type -> buries.putIfAbsent(new ExceptionPolicyKey(null, type, null), buried));
        return true;
    }
}
