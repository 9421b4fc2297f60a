package org.kuteng.app.reload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.service.ServiceHelper;
import org.kuteng.rabbitmq.WorkQueueComponent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends some routes while others run, after the work that they have in hand. Camel's own way looks once a second whether
 * there is any left, and waits for ever for a {@code direct:} route that others go on calling.
 */
final class RouteEnding {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.reload");

    /** How often it is looked whether the work in hand is done. */
    private static final long LOOK_MILLIS = 5;

    /** What Camel itself waits then, for work that did not end in time, before it goes on without it. */
    private static final long CAMEL_PATIENCE_MILLIS = 2_000;

    private final CamelContext context;
    private final WorkQueueComponent component;
    private final Duration patience;

    /** @param patience how long the work in hand may take */
    RouteEnding(CamelContext context, WorkQueueComponent component, Duration patience) {
        this.context = context;
        this.component = component;
        this.patience = patience;
    }

    /**
     * Returns when the routes have ended; they are still known to Camel.
     *
     * @return how long there was work in hand
     */
    Duration end(Collection<RouteDefinition> definitions) throws Exception {
        long begun = System.nanoTime();
        long deadline = begun + patience.toNanos();
        List<RouteDefinition> running = new ArrayList<>(definitions);
        running.removeIf(definition -> route(definition) == null);
        Set<String> ids =
                Set.copyOf(running.stream().map(RouteDefinition::getRouteId).toList());
        component.stopWorkers(ids::contains);
        List<RouteDefinition> called = running.stream().filter(this::isCalled).toList();
        List<RouteDefinition> first = new ArrayList<>(running);
        first.removeAll(called);
        first.forEach(definition -> ServiceHelper.suspendService(consumer(definition)));
        first.forEach(definition -> awaitIdle(definition, deadline));
        for (RouteDefinition definition : callersFirst(called)) {
            if (waiting(definition) == 0 || isCalledByOthers(definition, ids)) {
                // who calls it waits at the door until the new one opens it; so does what waits in a seda: queue
                ServiceHelper.suspendService(consumer(definition));
            }
            awaitIdle(definition, deadline);
        }
        Duration workInHand = Duration.ofNanos(System.nanoTime() - begun);
        for (RouteDefinition definition : running) {
            context.getRouteController()
                    .stopRoute(definition.getRouteId(), CAMEL_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        }
        return workInHand;
    }

    private Route route(RouteDefinition definition) {
        return context.getRoute(definition.getRouteId());
    }

    private Consumer consumer(RouteDefinition definition) {
        return route(definition).getConsumer();
    }

    /** Whether other routes hand it their work, as with {@code direct:} and {@code seda:}. */
    private boolean isCalled(RouteDefinition definition) {
        return consumer(definition) instanceof ShutdownAware aware
                && aware.deferShutdown(ShutdownRunningTask.CompleteCurrentTaskOnly);
    }

    /** A route whose caller still has work in hand is still needed. */
    private static List<RouteDefinition> callersFirst(List<RouteDefinition> routes) {
        List<RouteDefinition> left = new ArrayList<>(routes);
        List<RouteDefinition> sorted = new ArrayList<>();
        while (!left.isEmpty()) {
            RouteDefinition next = left.stream()
                    .filter(route -> left.stream().noneMatch(other -> other != route && calls(other, route)))
                    .findFirst()
                    .orElse(left.get(0));
            left.remove(next);
            sorted.add(next);
        }
        return sorted;
    }

    private boolean isCalledByOthers(RouteDefinition callee, Set<String> ending) {
        return context.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions().stream()
                .anyMatch(route -> !ending.contains(route.getRouteId()) && calls(route, callee));
    }

    private static boolean calls(RouteDefinition caller, RouteDefinition callee) {
        String called = withoutOptions(callee.getInput().getEndpointUri());
        Stream<String> sends =
                ProcessorDefinitionHelper.filterTypeInOutputs(caller.getOutputs(), SendDefinition.class).stream()
                        .map(SendDefinition::getEndpointUri);
        Stream<String> taps =
                ProcessorDefinitionHelper.filterTypeInOutputs(caller.getOutputs(), ToDynamicDefinition.class).stream()
                        .map(ToDynamicDefinition::getUri);
        return Stream.concat(sends, taps)
                .anyMatch(uri -> uri != null && withoutOptions(uri).equals(called));
    }

    private static String withoutOptions(String uri) {
        return uri.replaceFirst("\\?.*", "").replace("://", ":");
    }

    /** How many messages have been handed to it that it has not begun. */
    private int waiting(RouteDefinition definition) {
        return consumer(definition) instanceof ShutdownAware aware ? aware.getPendingExchangesSize() : 0;
    }

    private void awaitIdle(RouteDefinition definition, long deadline) {
        String id = definition.getRouteId();
        BooleanSupplier busy = () -> context.getInflightRepository().size(id) > 0
                || !ServiceHelper.isSuspended(consumer(definition)) && waiting(definition) > 0;
        while (busy.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                LOG.warn(
                        "work in {} did not end within {} s (kuteng.stop.timeout); going on without it",
                        id,
                        patience.toSeconds());
                return;
            }
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
