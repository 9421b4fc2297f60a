package org.kuteng.once;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.model.EndpointRequiredDefinition;
import org.apache.camel.model.EnrichDefinition;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RoutingSlipDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.kuteng.work.OnceOnly.Worker;

/** Refuses what cannot be protected, rather than promise it. */
final class Protection {
    private Protection() {}

    /** @throws IllegalArgumentException saying what is in the way, and what to do */
    static void check(Worker worker, OnceMode mode) {
        String setting = "kuteng.once=" + mode.name().toLowerCase(Locale.ROOT);
        if (!worker.automatic()) {
            throw new IllegalArgumentException(setting + " needs messages that are acknowledged after their work:"
                    + " set kuteng.acknowledgeMode=auto, or kuteng.once=off");
        }
        if (mode != OnceMode.JDBC) {
            return;
        }
        if (worker.asynchronous()) {
            throw new IllegalArgumentException(setting + " needs work that stays on its thread, which the transaction"
                    + " belongs to: leave asyncConsumer out and set concurrentConsumers");
        }
        String why = new Walk(worker.route().getCamelContext())
                .firstLeaving(worker.route().getRouteId());
        if (why != null) {
            throw new IllegalArgumentException(setting + ": " + why);
        }
    }

    /** Follows a message through its route, and through the routes that take it on on the same thread. */
    private static final class Walk {
        private final CamelContext context;
        private final List<RouteDefinition> all;
        private final Set<RouteDefinition> seen = new HashSet<>();
        private final Deque<RouteDefinition> ahead = new ArrayDeque<>();

        Walk(CamelContext context) {
            this.context = context;
            this.all = List.copyOf(context.getCamelContextExtension()
                    .getContextPlugin(Model.class)
                    .getRouteDefinitions());
        }

        /** @return the first step that leaves the transaction, and why; null if the start can see none */
        String firstLeaving(String routeId) {
            all.stream().filter(route -> routeId.equals(route.getRouteId())).forEach(ahead::add);
            for (RouteDefinition route = ahead.poll(); route != null; route = ahead.poll()) {
                if (!seen.add(route)) {
                    continue;
                }
                for (ProcessorDefinition<?> step : steps(route)) {
                    String why = leaving(step);
                    if (why != null) {
                        return "step '" + step.getId() + "'"
                                + (routeId.equals(route.getRouteId()) ? " " : " of route '" + route.getRouteId() + "' ")
                                + why;
                    }
                }
            }
            return null;
        }

        @SuppressWarnings({"unchecked", "rawtypes"})
        private static List<ProcessorDefinition<?>> steps(RouteDefinition route) {
            return new ArrayList<>((java.util.Collection)
                    ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class));
        }

        private String leaving(ProcessorDefinition<?> step) {
            String why = LeavingSteps.why(context, step);
            for (String target : targets(step)) {
                if (why == null) {
                    why = LeavingSteps.whySentTo(target);
                }
                follow(target);
            }
            return why;
        }

        private void follow(String target) {
            String uri = LeavingSteps.shortUri(target);
            all.stream()
                    .filter(route -> route.getInput() != null
                            && uri.equals(LeavingSteps.shortUri(
                                    resolved(route.getInput().getEndpointUri()))))
                    .forEach(ahead::add);
        }

        /** Where a step sends to, as far as it is written down; empty if it depends on the message. */
        private List<String> targets(ProcessorDefinition<?> step) {
            if (step instanceof ToDynamicDefinition dynamic) {
                return fixed(dynamic.getUri());
            }
            if (step instanceof EndpointRequiredDefinition sending) {
                return List.of(resolved(sending.getEndpointUri()));
            }
            boolean naming = step instanceof RecipientListDefinition<?>
                    || step instanceof RoutingSlipDefinition<?>
                    || step instanceof EnrichDefinition;
            return naming && step instanceof ExpressionNode node && node.getExpression() != null
                    ? fixed(node.getExpression().getExpression())
                    : List.of();
        }

        private List<String> fixed(String text) {
            String uris = resolved(text);
            return uris.contains("${") || uris.contains("$simple{")
                    ? List.of()
                    : Arrays.stream(uris.split(",")).map(String::trim).toList();
        }

        /** Empty if there is no value yet: the parameter of a template. */
        private String resolved(String text) {
            try {
                return text == null ? "" : context.resolvePropertyPlaceholders(text);
            } catch (IllegalArgumentException e) {
                return "";
            }
        }
    }
}
