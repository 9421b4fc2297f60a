package org.kuteng.app;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.spi.RouteStartupOrder;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.service.ServiceHelper;
import org.kuteng.work.WorkerConsumer;
import org.kuteng.work.Workers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the routes of a process have under way besides the messages of the workers: timers, files, {@code seda:}. */
final class RoutesInFlight implements Workers.OtherWork {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng");

    private final CamelContext context;
    private final Set<String> workerRoutes;

    RoutesInFlight(CamelContext context) {
        this.context = context;
        this.workerRoutes = context.getRoutes().stream()
                .filter(route -> route.getConsumer() instanceof WorkerConsumer)
                .map(Route::getRouteId)
                .collect(Collectors.toSet());
    }

    /** Whether a route has a source of its own, rather than being called by other routes. */
    static boolean isSource(Route route) {
        return !(route.getConsumer() instanceof ShutdownAware aware
                && aware.deferShutdown(ShutdownRunningTask.CompleteCurrentTaskOnly));
    }

    /** Timers and the like begin nothing more; the routes that others call go on. In Camel's own order. */
    void suspendSources() {
        List<RouteStartupOrder> orders =
                new ArrayList<>(context.getCamelContextExtension().getRouteStartupOrder());
        orders.sort(Comparator.comparingInt(RouteStartupOrder::getStartupOrder).reversed());
        for (RouteStartupOrder order : orders) {
            Consumer consumer = order.getInput();
            if (consumer instanceof WorkerConsumer || !isSource(order.getRoute())) {
                continue;
            }
            try {
                ServiceHelper.suspendService(consumer);
            } catch (RuntimeException e) {
                LOG.warn("{} cannot be suspended: {}", order.getRoute().getRouteId(), e.toString(), e);
            }
        }
    }

    @Override
    public List<String> unfinished() {
        List<String> all = new ArrayList<>();
        for (Route route : context.getRoutes()) {
            String id = route.getRouteId();
            if (workerRoutes.contains(id)) {
                continue;
            }
            int count = context.getInflightRepository().size(id);
            if (route.getConsumer() instanceof ShutdownAware aware) {
                count += aware.getPendingExchangesSize();
            }
            if (count > 0) {
                all.add(id + " to finish " + (count == 1 ? "1 exchange" : count + " exchanges"));
            }
        }
        return all;
    }
}
