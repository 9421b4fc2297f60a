package org.kuteng.app;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Route;
import org.kuteng.failure.RetrySettings;

/** When failed work is attempted again: for all routes, and for those that have settings of their own. */
final class RouteRetrySettings {
    private final Settings settings;
    private final Map<String, RetrySettings> ofRoutes = new ConcurrentHashMap<>();

    RouteRetrySettings(Settings settings) {
        this.settings = settings;
    }

    RetrySettings defaults() {
        return of("");
    }

    RetrySettings of(Route route) {
        return of(route.getRouteId());
    }

    private RetrySettings of(String routeId) {
        return ofRoutes.computeIfAbsent(routeId, id -> {
            List<String> giveUp = settings.get(Setting.RETRY_GIVE_UP, id);
            return new RetrySettings(
                    settings.get(Setting.RETRY_DELAYS, id),
                    giveUp == null ? List.of() : giveUp,
                    settings.get(Setting.RETRY_CRASHES, id));
        });
    }

    /** Every delay that a route has of its own: each needs a queue before the first message comes. */
    Set<Duration> delays() {
        Set<Duration> delays = new LinkedHashSet<>();
        settings.routesWithOwnSettings().forEach(id -> delays.addAll(settings.get(Setting.RETRY_DELAYS, id)));
        return delays;
    }
}
