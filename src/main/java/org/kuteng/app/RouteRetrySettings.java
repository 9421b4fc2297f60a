package org.kuteng.app;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.model.Model;
import org.apache.camel.model.PropertyDefinition;
import org.apache.camel.model.RouteDefinition;
import org.kuteng.failure.RetrySettings;

/**
 * The settings that a route has of its own: {@code routeProperty} entries with the keys of the settings,
 * {@code kuteng.retry.delays}, {@code kuteng.retry.giveUp} and {@code kuteng.retry.crashes}.
 */
final class RouteRetrySettings {
    private final Settings settings;
    /** By the route itself and not by its id: an edited route has the same id and other settings. */
    private final Map<Route, RetrySettings> ofRoutes = Collections.synchronizedMap(new WeakHashMap<>());

    RouteRetrySettings(Settings settings) {
        this.settings = settings;
    }

    RetrySettings defaults() {
        List<String> giveUp = settings.get(Setting.RETRY_GIVE_UP);
        return new RetrySettings(
                settings.get(Setting.RETRY_DELAYS),
                giveUp == null ? List.of() : giveUp,
                settings.get(Setting.RETRY_CRASHES));
    }

    RetrySettings of(Route route) {
        return ofRoutes.computeIfAbsent(route, r -> read(r.getProperties()));
    }

    private RetrySettings read(Map<String, Object> properties) {
        RetrySettings defaults = defaults();
        return new RetrySettings(
                parse(Setting.RETRY_DELAYS, properties, defaults.delays()),
                parse(Setting.RETRY_GIVE_UP, properties, defaults.giveUp()),
                parse(Setting.RETRY_CRASHES, properties, defaults.crashes()));
    }

    private static <T> T parse(Setting<T> setting, Map<String, ?> properties, T defaultValue) {
        Object text = properties.get(setting.key());
        if (text == null) {
            return defaultValue;
        }
        try {
            return setting.type().parser().apply(text.toString());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    "routeProperty " + setting.key() + " is '" + text + "': " + e.getMessage());
        }
    }

    /** Every delay that a route has of its own: each needs a queue before the first message comes. */
    Set<Duration> delays(CamelContext context) {
        Set<Duration> delays = new LinkedHashSet<>();
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        for (RouteDefinition route : model.getRouteDefinitions()) {
            if (route.getRouteProperties() == null) {
                continue;
            }
            for (PropertyDefinition property : route.getRouteProperties()) {
                if (property.getKey().equals(Setting.RETRY_DELAYS.key())) {
                    String text = context.resolvePropertyPlaceholders(property.getValue());
                    delays.addAll(parse(Setting.RETRY_DELAYS, Map.of(property.getKey(), text), List.of()));
                }
            }
        }
        return delays;
    }
}
