package org.kuteng.app.reload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.component.seda.SedaComponent;
import org.apache.camel.component.seda.SedaConsumer;
import org.apache.camel.component.seda.SedaEndpoint;
import org.apache.camel.impl.engine.DefaultRouteStartupOrder;
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

    /** One for each {@code seda:} queue whose route was exchanged. */
    private final Map<String, SedaEndpoint> queueKeepers = new HashMap<>();

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
        component.workers().stop(ids::contains);
        List<RouteDefinition> called = running.stream().filter(this::isCalled).toList();
        List<RouteDefinition> first = new ArrayList<>(running);
        first.removeAll(called);
        first.forEach(definition -> ServiceHelper.suspendService(consumer(definition)));
        first.forEach(definition -> awaitIdle(definition, deadline));
        for (RouteDefinition definition : callersFirst(called)) {
            endCalled(definition, ids, deadline);
        }
        Duration workInHand = Duration.ofNanos(System.nanoTime() - begun);
        for (RouteDefinition definition : running) {
            stop(definition);
        }
        return workInHand;
    }

    /** With Camel's way, which lets the steps of the route finish, too; but it waits until a seda: queue is empty. */
    private void stop(RouteDefinition definition) throws Exception {
        String id = definition.getRouteId();
        if (consumer(definition) instanceof SedaConsumer seda && seda.getPendingExchangesSize() > 0) {
            context.getCamelContextExtension().getRouteStartupOrder().stream()
                    .filter(order -> order.getRoute().getRouteId().equals(id))
                    .toList()
                    .forEach(order ->
                            ((DefaultRouteStartupOrder) order).getRouteService().stop());
        } else {
            context.getRouteController().stopRoute(id, CAMEL_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        }
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

    /** Who calls waits at the door until there is a new route; so does what waits in a {@code seda:} queue. */
    private void endCalled(RouteDefinition definition, Set<String> ending, long deadline) {
        if (consumer(definition) instanceof SedaConsumer seda) {
            if (isCalledByOthers(definition, ending)) {
                keepQueue(seda.getEndpoint());
            } else {
                // nobody fills the queue any more, and it goes with the route
                await(() -> seda.getPendingExchangesSize() == 0, definition, deadline);
            }
            ServiceHelper.suspendService(seda);
            // its threads may take another message until they have noticed
            long noticed = System.nanoTime()
                    + TimeUnit.MILLISECONDS.toNanos(seda.getEndpoint().getPollTimeout());
            await(() -> System.nanoTime() - noticed > 0, definition, deadline);
        } else {
            ServiceHelper.suspendService(consumer(definition));
        }
        awaitIdle(definition, deadline);
    }

    /** Camel drops the queue with the route that empties it, even if others fill it, unless there is another user. */
    private void keepQueue(SedaEndpoint endpoint) {
        SedaComponent component = endpoint.getComponent();
        // another URI, since two endpoints with the same one are the same to Camel
        SedaEndpoint keeper = queueKeepers.computeIfAbsent(
                component.getQueueKey(endpoint.getEndpointUri()),
                key -> new SedaEndpoint(key + "?keeper", component, endpoint.getQueue()));
        component.getOrCreateQueue(keeper, null, endpoint.isMultipleConsumers(), null);
    }

    private void awaitIdle(RouteDefinition definition, long deadline) {
        String id = definition.getRouteId();
        boolean isDoor = consumer(definition) instanceof ExchangeableDirect.Door;
        await(
                () -> context.getInflightRepository().size(id) == 0
                        && (!isDoor || ((ExchangeableDirect.Door) consumer(definition)).inside() == 0),
                definition,
                deadline);
    }

    private void await(BooleanSupplier done, RouteDefinition definition, long deadline) {
        while (!done.getAsBoolean()) {
            if (component.workers().stopBudget().isCutShort()) {
                return;
            }
            if (component.workers().isOver(deadline)) {
                LOG.warn(
                        "work in {} did not end within {} s (kuteng.stop.timeout); going on without it",
                        definition.getRouteId(),
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
