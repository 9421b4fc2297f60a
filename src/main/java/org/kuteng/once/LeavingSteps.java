package org.kuteng.once;

import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.model.AggregateDefinition;
import org.apache.camel.model.CircuitBreakerDefinition;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.OnCompletionDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.ResequenceDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.WireTapDefinition;
import org.apache.camel.support.CamelContextHelper;

/**
 * The steps whose work would not belong to the transaction of a message: it goes on on another thread, or after the
 * route has ended. Not among them: {@code threads}, {@code delay} and {@code throttle}, which Camel runs on the thread
 * of a transacted exchange, and steps that answer on a thread of their own, for which Camel then waits.
 */
final class LeavingSteps {
    /** Endpoints of these kinds hand a message over to the threads of another route. */
    private static final Set<String> QUEUES_IN_MEMORY = Set.of("seda", "stub", "vm", "disruptor", "disruptor-vm");

    private LeavingSteps() {}

    /**
     * Why what a step does would not belong to the transaction.
     *
     * @return the rest of a sentence that begins with the step, and what to do; null if it belongs to it
     */
    static String why(CamelContext context, NamedNode step) {
        if (!(step instanceof ProcessorDefinition<?> definition) || isTrue(context, definition.getDisabled())) {
            return null;
        }
        if (isTrue(context, parallel(definition))) {
            return "works in parallel, outside of the transaction: leave its parallelProcessing out";
        }
        if (definition instanceof AggregateDefinition || definition instanceof ResequenceDefinition) {
            return "keeps messages after their route has ended, and so after their transaction:"
                    + " let another route do it, behind a queue";
        }
        if (definition instanceof WireTapDefinition<?>) {
            return "works on another thread, outside of the transaction: use to or multicast instead";
        }
        if (definition instanceof CircuitBreakerDefinition breaker && hasTimeout(context, breaker)) {
            return "works on another thread, outside of the transaction: leave its timeoutEnabled out";
        }
        return null;
    }

    /** As {@link #why}, for a step that Camel is creating: also on account of the route that it stands in. */
    static String whyIn(CamelContext context, NamedNode step) {
        String own = why(context, step);
        RouteDefinition route = own == null ? ProcessorDefinitionHelper.getRoute(step) : null;
        if (route == null) {
            return own;
        }
        return route.getOutputs().stream()
                .filter(OnCompletionDefinition.class::isInstance)
                .map(completion -> why(context, completion))
                .filter(why -> why != null)
                .findFirst()
                .map(why -> "belongs to a route whose onCompletion " + why)
                .orElse(null);
    }

    /** As {@link #why}, for an endpoint that a step sends to. */
    static String whySentTo(String uri) {
        return QUEUES_IN_MEMORY.contains(scheme(uri))
                ? "hands the message over to another thread, outside of the transaction (" + shortUri(uri)
                        + "): use direct: instead"
                : null;
    }

    static String scheme(String uri) {
        int colon = uri.indexOf(':');
        return colon < 0 ? uri : uri.substring(0, colon);
    }

    /** An endpoint without its options, in the form in which the two ends of a {@code direct:} agree. */
    static String shortUri(String uri) {
        return uri.replaceFirst("\\?.*", "").replaceFirst("://", ":");
    }

    private static String parallel(ProcessorDefinition<?> step) {
        if (step instanceof SplitDefinition split) {
            return split.getParallelProcessing();
        }
        if (step instanceof MulticastDefinition multicast) {
            return multicast.getParallelProcessing();
        }
        if (step instanceof RecipientListDefinition<?> recipients) {
            return recipients.getParallelProcessing();
        }
        return step instanceof OnCompletionDefinition completion ? completion.getParallelProcessing() : null;
    }

    private static boolean hasTimeout(CamelContext context, CircuitBreakerDefinition breaker) {
        return breaker.getResilience4jConfiguration() != null
                        && isTrue(
                                context, breaker.getResilience4jConfiguration().getTimeoutEnabled())
                || breaker.getFaultToleranceConfiguration() != null
                        && isTrue(
                                context,
                                breaker.getFaultToleranceConfiguration().getTimeoutEnabled());
    }

    /** What cannot be resolved here (a parameter of a template) is looked at again when Camel creates the step. */
    private static boolean isTrue(CamelContext context, String text) {
        try {
            return Boolean.TRUE.equals(CamelContextHelper.parseBoolean(context, text));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
