package org.kuteng.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.camel.support.PatternHelper;
import org.kuteng.app.check.DryRun;
import org.kuteng.app.check.Problem;
import org.kuteng.app.check.RouteCheck;
import org.kuteng.app.check.Severity;
import org.kuteng.app.reload.RouteReload;

/**
 * The route files that are to run, checked.
 *
 * @param warnings what does not keep them from running
 */
public record RouteSelection(List<Path> files, List<Problem> warnings) {

    private static final String BEANS = "camel.beans.";

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
        List<String> unknown = unknownRoutes(settings, routes, outcome.routeIds());
        if (!unknown.isEmpty()) {
            throw new ConfigurationException(unknown);
        }
        return new RouteSelection(
                files,
                outcome.problems().stream()
                        .filter(problem -> problem.severity() == Severity.WARNING)
                        .toList());
    }

    /**
     * The same while the routes run. A name that no route has any more is a warning then: its file may be meant to be
     * gone, and to keep the route running would be worse.
     */
    static RouteReload.Findings again(Settings settings, List<String> routes) {
        RouteCheck.Outcome outcome =
                RouteCheck.inspect(RouteFiles.find(settings.get(Setting.ROUTES)), RouteContext.of(settings));
        List<String> faults = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        outcome.problems()
                .forEach(problem -> (problem.severity() == Severity.ERROR ? faults : warnings).add(problem.toString()));
        if (!outcome.hasErrors()) {
            unknownRoutes(settings, routes, outcome.routeIds())
                    .forEach(unknown -> warnings.add("kuteng would not start like this: " + unknown));
        }
        return new RouteReload.Findings(faults, warnings);
    }

    /** What Camel cannot make of files in which there is no other fault; nothing is tried if settings define beans. */
    static List<String> dryRun(Settings settings) {
        boolean beans = settings.others().keySet().stream().anyMatch(key -> key.startsWith(BEANS));
        return beans
                ? List.of()
                : DryRun.of(RouteFiles.find(settings.get(Setting.ROUTES)), RouteContext.withoutBroker(settings))
                        .stream()
                        .map(Problem::toString)
                        .toList();
    }

    private static List<String> unknownRoutes(Settings settings, List<String> routes, Set<String> known) {
        List<String> unknown = new ArrayList<>();
        for (String route : routes) {
            if (known.stream().noneMatch(id -> PatternHelper.matchPattern(id, route))) {
                unknown.add("no route '" + route + "' in " + settings.get(Setting.ROUTES)
                        + Suggestions.didYouMean(route, known) + "; there are: " + String.join(", ", known));
            }
        }
        unknown.addAll(settingsWithoutRoute(settings, known));
        return unknown;
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
