package org.kuteng.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.camel.support.PatternHelper;
import org.kuteng.app.check.Problem;
import org.kuteng.app.check.RouteCheck;
import org.kuteng.app.check.Severity;

/**
 * The route files that are to run, checked.
 *
 * @param warnings what does not keep them from running
 */
public record RouteSelection(List<Path> files, List<Problem> warnings) {

    /**
     * Finds the route files and checks them and the names of routes.
     *
     * @param routes ids or patterns of the routes to run; empty: all
     * @throws ConfigurationException with every fault, one line each
     */
    public static RouteSelection of(Settings settings, List<String> routes) {
        List<Path> files = RouteFiles.find(settings.get(Setting.ROUTES));
        RouteCheck.Outcome outcome = RouteCheck.inspect(files, RouteContext.of(settings));
        if (outcome.hasErrors()) {
            throw new ConfigurationException(
                    outcome.problems().stream().map(Problem::toString).toList());
        }
        List<String> unknown = new ArrayList<>();
        for (String route : routes) {
            if (outcome.routeIds().stream().noneMatch(id -> PatternHelper.matchPattern(id, route))) {
                unknown.add("no route '" + route + "' in " + settings.get(Setting.ROUTES)
                        + Suggestions.didYouMean(route, outcome.routeIds()) + "; there are: "
                        + String.join(", ", outcome.routeIds()));
            }
        }
        unknown.addAll(settingsWithoutRoute(settings, outcome.routeIds()));
        if (!unknown.isEmpty()) {
            throw new ConfigurationException(unknown);
        }
        return new RouteSelection(
                files,
                outcome.problems().stream()
                        .filter(problem -> problem.severity() == Severity.WARNING)
                        .toList());
    }

    /** What the settings say of routes that do not exist, one line each. */
    static List<String> settingsWithoutRoute(Settings settings, Set<String> routeIds) {
        return settings.routesWithOwnSettings().stream()
                .filter(route -> !routeIds.contains(route))
                .map(route -> "there are settings for route '" + route + "' (" + Setting.ROUTE_PREFIX + route
                        + ".…), but there is no such route" + Suggestions.didYouMean(route, routeIds))
                .toList();
    }

    /** The queues that all the route files name, whether or not the files are free of faults. */
    public static Set<String> queues(Settings settings) {
        return RouteCheck.inspect(RouteFiles.find(settings.get(Setting.ROUTES)), RouteContext.of(settings))
                .queues();
    }
}
