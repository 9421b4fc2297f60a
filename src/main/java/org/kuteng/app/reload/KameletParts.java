package org.kuteng.app.reload;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.EndpointAware;
import org.apache.camel.Navigate;
import org.apache.camel.Route;
import org.apache.camel.component.kamelet.Kamelet;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.component.kamelet.KameletProcessor;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;

/**
 * The routes that Camel makes of kamelets. All who name a kamelet with the same parameters share one; the parent that
 * Camel notes is one of them, and for a {@code kamelet} step whichever route was created last. So who uses what is found
 * by a look at the steps of the routes.
 */
final class KameletParts {
    private final CamelContext context;

    KameletParts(CamelContext context) {
        this.context = context;
    }

    /** The ids of those that none but these routes need. */
    Set<String> usedOnlyBy(Collection<String> routes) {
        Set<String> all = new LinkedHashSet<>(madeFor(routes));
        List<String> open = new ArrayList<>(routes);
        open.addAll(all);
        // a kamelet may use another one
        for (int i = 0; i < open.size(); i++) {
            for (String part : usedBy(open.get(i))) {
                if (all.add(part)) {
                    open.add(part);
                }
            }
        }
        keepWhatOthersUse(all, Set.copyOf(routes));
        return all;
    }

    /** Removes the endpoints that lead to these, else the next route that names the kamelet gets one to nowhere. */
    void removeEndpoints(Set<String> parts) throws Exception {
        for (Endpoint endpoint : List.copyOf(context.getEndpoints())) {
            if (endpoint instanceof KameletEndpoint kamelet && parts.contains(kamelet.getRouteId())) {
                context.removeEndpoint(kamelet);
            }
        }
    }

    /** Whether a route is one of these. */
    static boolean isPart(RouteDefinition route) {
        return parent(route) != null;
    }

    private static Object parent(RouteDefinition route) {
        return route.getTemplateParameters() == null
                ? null
                : route.getTemplateParameters().get(Kamelet.PARENT_ROUTE_ID);
    }

    /** What there is of a route that has no steps to look at, since it could not be started. */
    private List<String> madeFor(Collection<String> routes) {
        return context.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions().stream()
                .filter(route -> isPart(route) && routes.contains(parent(route)))
                .map(RouteDefinition::getRouteId)
                .toList();
    }

    private void keepWhatOthersUse(Set<String> parts, Set<String> ending) {
        Set<String> others = new HashSet<>();
        do {
            others.clear();
            context.getRoutes().stream()
                    .map(Route::getId)
                    .filter(id -> !ending.contains(id) && !parts.contains(id))
                    .forEach(id -> others.addAll(usedBy(id)));
        } while (parts.removeAll(others));
    }

    private Set<String> usedBy(String routeId) {
        Set<String> used = new HashSet<>();
        Route route = context.getRoute(routeId);
        if (route != null) {
            add(used, route.getEndpoint());
            look(route.navigate(), used);
            // at both ends of a kamelet stand endpoints that have the name of its own route
            used.remove(routeId);
        }
        return used;
    }

    private void look(Navigate<?> step, Set<String> used) {
        if (step == null || !step.hasNext()) {
            return;
        }
        for (Object next : step.next()) {
            if (next instanceof EndpointAware sending) {
                add(used, sending.getEndpoint());
            } else if (next instanceof KameletProcessor kamelet) {
                add(used, context.hasEndpoint("kamelet://" + kamelet.getName()));
            }
            if (next instanceof Navigate<?> more) {
                look(more, used);
            }
        }
    }

    private static void add(Set<String> used, Endpoint endpoint) {
        if (endpoint instanceof KameletEndpoint kamelet) {
            used.add(kamelet.getRouteId());
        }
    }
}
