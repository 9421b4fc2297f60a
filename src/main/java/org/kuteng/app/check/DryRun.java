package org.kuteng.app.check;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.NamedNode;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.ResourceLoader;
import org.apache.camel.support.PluginHelper;

/**
 * Lets Camel itself make the routes, in a context of its own that is never started: no connection is opened and no
 * message is moved, but the beans of the files are created. It finds what cannot be told from the files alone, such as a
 * bean without the property that is set, or a resource that is not there.
 */
public final class DryRun {
    /** Each fault takes an attempt, since Camel stops at the first. */
    private static final int MAX_FAULTS = 20;

    private final List<Path> files;
    private final Consumer<CamelContext> setUp;
    /** Where the routes begin that have failed: those without an id get a new one in each attempt. */
    private final Set<String> failed = new HashSet<>();

    private final List<Problem> problems = new ArrayList<>();

    private DryRun(List<Path> files, Consumer<CamelContext> setUp) {
        this.files = files;
        this.setUp = setUp;
    }

    /**
     * Tries files which run together, and in which {@link RouteCheck} has found no error.
     *
     * @param setUp gives the new context the properties, components and beans that there will be when the files run
     * @return the faults, one for each route; the first {@value #MAX_FAULTS} if there are more
     */
    public static List<Problem> of(List<Path> files, Consumer<CamelContext> setUp) {
        DryRun run = new DryRun(files, setUp);
        while (run.problems.size() < MAX_FAULTS && run.findFault()) {
            // again, without the routes that failed
        }
        run.problems.sort(Problem.ORDER);
        return List.copyOf(run.problems);
    }

    /** Whether there is one, which may not be the last. */
    private boolean findFault() {
        CreatedSteps steps = new CreatedSteps();
        try (DefaultCamelContext camel = new DefaultCamelContext(false)) {
            try {
                setUp.accept(camel);
                camel.setSourceLocationEnabled(true);
                camel.setAutoStartup(false);
                camel.getCamelContextExtension().setStartupStepRecorder(steps);
                load(camel);
                camel.init();
                findClashes(camel);
                return false;
            } catch (Exception e) {
                return note(e, camel, steps);
            }
        } catch (IOException e) {
            // it was to be thrown away
            return false;
        }
    }

    private void load(CamelContext camel) throws Exception {
        camel.getCamelContextExtension()
                .getContextPlugin(Model.class)
                .setRouteFilter(route -> !failed.contains(key(route)));
        ResourceLoader resources = PluginHelper.getResourceLoader(camel);
        List<Resource> found = new ArrayList<>();
        for (Path file : files) {
            found.add(resources.resolveResource("file:" + file));
        }
        PluginHelper.getRoutesLoader(camel).loadRoutes(found);
    }

    private boolean note(Exception thrown, DefaultCamelContext camel, CreatedSteps steps) {
        DryRunFault fault = DryRunFault.of(thrown);
        Optional<RouteDefinition> route = fault.routeId().map(camel::getRouteDefinition);
        Optional<Place> step = steps.unfinished()
                .map(camel::<org.apache.camel.model.ProcessorDefinition<?>>getProcessorDefinition)
                .flatMap(this::place);
        Place place = step.or(() -> route.map(RouteDefinition::getInput).flatMap(this::place))
                .orElseGet(() -> fault.place(files));
        problems.add(Problem.error(place, fault.message()));
        return route.isPresent() && failed.add(key(route.get()));
    }

    private Optional<Place> place(NamedNode node) {
        return files.stream()
                .filter(file -> ("file:" + file).equals(node.getLocation()))
                .findFirst()
                .map(file -> DryRunFault.lineStart(file, node.getLineNumber()));
    }

    private static String key(RouteDefinition route) {
        // a route that is made of a kamelet has no resource of its own
        String file = route.getResource() == null
                ? route.getRouteId()
                : route.getResource().getLocation();
        return file + ":" + route.getInput().getLineNumber();
    }

    /** Camel itself finds these only when it starts the routes. */
    private void findClashes(DefaultCamelContext camel) {
        Map<Endpoint, String> first = new HashMap<>();
        for (RouteDefinition route : camel.getRouteDefinitions()) {
            Endpoint endpoint = camel.getEndpoint(route.getEndpointUrl());
            boolean shared =
                    endpoint instanceof MultipleConsumersSupport several && several.isMultipleConsumersSupported();
            String other = shared ? null : first.putIfAbsent(endpoint, route.getRouteId());
            if (other != null) {
                place(route.getInput())
                        .ifPresent(place -> problems.add(Problem.error(
                                place,
                                "a second route consumes from '" + endpoint + "': the first is '" + other + "'")));
            }
        }
    }
}
