package org.kuteng.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.camel.support.PatternHelper;
import org.kuteng.app.check.CheckContext;
import org.kuteng.app.check.Problem;
import org.kuteng.app.check.RouteCheck;
import org.kuteng.app.check.Severity;
import org.kuteng.failure.NoteFailure;

/**
 * The route files that are to run, checked.
 *
 * @param warnings what does not keep them from running
 */
public record RouteSelection(List<Path> files, List<Problem> warnings) {

    /** Names in the registry that routes may refer to. */
    private static final Set<String> BEANS = Set.of(NoteFailure.RETRY_OR_BURY, NoteFailure.BURY);

    /**
     * Finds the route files and checks them and the names of routes.
     *
     * @param routes ids or patterns of the routes to run; empty: all
     * @throws ConfigurationException with every fault, one line each
     */
    public static RouteSelection of(Settings settings, List<String> routes) {
        List<Path> files = RouteFiles.find(settings.get(Setting.ROUTES));
        RouteCheck.Outcome outcome = RouteCheck.inspect(files, context(settings));
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
        for (String route : settings.routesWithOwnSettings()) {
            if (!outcome.routeIds().contains(route)) {
                unknown.add("there are settings for route '" + route + "' (" + Setting.ROUTE_PREFIX + route
                        + ".…), but there is no such route"
                        + Suggestions.didYouMean(route, outcome.routeIds()));
            }
        }
        if (!unknown.isEmpty()) {
            throw new ConfigurationException(unknown);
        }
        return new RouteSelection(
                files,
                outcome.problems().stream()
                        .filter(problem -> problem.severity() == Severity.WARNING)
                        .toList());
    }

    /** The queues that all the route files name, whether or not the files are free of faults. */
    public static Set<String> queues(Settings settings) {
        return RouteCheck.inspect(RouteFiles.find(settings.get(Setting.ROUTES)), context(settings))
                .queues();
    }

    private static CheckContext context(Settings settings) {
        Properties properties = settings.asProperties();
        return new CheckContext(
                name -> Optional.ofNullable(override(name)).or(() -> Optional.ofNullable(properties.getProperty(name))),
                BEANS);
    }

    /** Camel lets an environment variable or a system property override any placeholder. */
    private static String override(String name) {
        String environment =
                System.getenv(name.replace('.', '_').replace('-', '_').toUpperCase(java.util.Locale.ROOT));
        return environment != null ? environment : System.getProperty(name);
    }
}
