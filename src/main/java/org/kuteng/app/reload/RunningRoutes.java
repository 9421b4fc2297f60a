package org.kuteng.app.reload;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.kuteng.app.reload.Piece.Kind;
import org.kuteng.app.reload.RouteSet.Unit;

/** The routes of the route files in Camel: puts them there at the start, and exchanges some of them while others run. */
final class RunningRoutes implements RoutesBuilder {

    /** In which order Camel starts routes that say nothing about it: after those that do. */
    private static final int LATE = Integer.MAX_VALUE;

    private final RouteSet first;

    /** What stands for each route in Camel: nothing if it is not among those that are to run. */
    private final Map<String, List<RouteDefinition>> definitions = new HashMap<>();

    private List<RouteConfigurationDefinition> configurations = List.of();
    private List<RouteTemplateDefinition> templates = List.of();
    private CamelContext context;
    private Model model;
    private PieceLoader loader;
    private KameletParts parts;

    /** @param first what to start with */
    RunningRoutes(RouteSet first) {
        this.first = first;
    }

    /** Called by Camel before it starts. */
    @Override
    public void addRoutesToCamelContext(CamelContext camel) throws Exception {
        context = camel;
        model = camel.getCamelContextExtension().getContextPlugin(Model.class);
        loader = new PieceLoader(camel);
        parts = new KameletParts(camel);
        bind(first, first.beans().values());
        exchangeConfigurations(first);
        for (Map.Entry<Path, List<Piece>> file :
                byFile(first.pieces(Kind.FIXED)).entrySet()) {
            loader.load(first.text(file.getKey()), file.getValue()).addRoutesToCamelContext(camel);
        }
        exchangeTemplates(first);
        start(prepare(first, first.units().values()));
    }

    @Override
    public void addTemplatedRoutesToCamelContext(CamelContext camel) {
        // all at once, see above
    }

    @Override
    public Set<String> updateRoutesToCamelContext(CamelContext camel) {
        throw new UnsupportedOperationException("Camel's own reload would stop what has not changed");
    }

    /** A route that has been read and is not yet in Camel. */
    record Prepared(Unit unit, int order, Addition addition) {}

    /** Puts a route into Camel, which starts it if Camel itself has started. */
    interface Addition {
        void add() throws Exception;
    }

    /**
     * Reads routes, which take in the route configurations that there are now; nothing that runs is touched.
     *
     * @throws Exception as Camel's loader does
     */
    List<Prepared> prepare(RouteSet set, Collection<Unit> units) throws Exception {
        List<Prepared> prepared = new ArrayList<>();
        Map<Path, List<Unit>> files = units.stream()
                .collect(Collectors.groupingBy(unit -> unit.piece().file(), LinkedHashMap::new, Collectors.toList()));
        for (Map.Entry<Path, List<Unit>> file : files.entrySet()) {
            List<Piece> pieces = file.getValue().stream().map(Unit::piece).collect(Collectors.toList());
            set.pieces(Kind.OF_FILE).stream()
                    .filter(piece -> piece.file().equals(file.getKey()))
                    .forEach(pieces::add);
            RouteBuilder builder = loader.load(set.text(file.getKey()), pieces);
            prepared.addAll(prepare(file.getValue(), builder));
        }
        prepared.sort(Comparator.comparingInt(Prepared::order));
        return prepared;
    }

    /** Camel gives what it has read in the order of the file. */
    private List<Prepared> prepare(List<Unit> units, RouteBuilder builder) throws Exception {
        builder.configureRoutes(context);
        List<Prepared> prepared = new ArrayList<>();
        List<Unit> plain = of(Kind.ROUTE, units);
        for (int i = 0; i < plain.size(); i++) {
            RouteDefinition route = builder.getRouteCollection().getRoutes().get(i);
            Integer order = route.getStartupOrder();
            prepared.add(new Prepared(
                    plain.get(i), order == null ? LATE : order, () -> model.addRouteDefinitions(List.of(route))));
        }
        List<Unit> templated = of(Kind.TEMPLATED_ROUTE, units);
        for (int i = 0; i < templated.size(); i++) {
            var route =
                    builder.getTemplatedRouteCollection().getTemplatedRoutes().get(i);
            prepared.add(new Prepared(templated.get(i), LATE, () -> model.addRouteFromTemplatedRoute(route)));
        }
        return prepared;
    }

    private static List<Unit> of(Kind kind, List<Unit> units) {
        return units.stream().filter(unit -> unit.piece().kind() == kind).toList();
    }

    /**
     * Puts routes into Camel, one after another.
     *
     * @throws Exception of the first that Camel cannot start; what is left of it is ended like the others
     */
    void start(List<Prepared> routes) throws Exception {
        for (Prepared route : routes) {
            List<RouteDefinition> before = List.copyOf(model.getRouteDefinitions());
            try {
                route.addition().add();
            } catch (Exception e) {
                throw named(route.unit(), e);
            } finally {
                definitions.put(
                        route.unit().key(),
                        model.getRouteDefinitions().stream()
                                .filter(definition -> !KameletParts.isPart(definition)
                                        && before.stream().noneMatch(old -> old == definition))
                                .toList());
            }
        }
    }

    /** Camel names the route only of some faults. */
    private static Exception named(Unit unit, Exception fault) {
        String id = unit.piece().id();
        return id == null ? fault : new FailedToStartRouteException(id, fault.getMessage(), fault);
    }

    /** Takes routes that have ended out of Camel. */
    void remove(Collection<Unit> units) throws Exception {
        Set<String> used = parts.usedOnlyBy(ids(units));
        for (RouteDefinition definition : with(used, units)) {
            remove(definition);
        }
        parts.removeEndpoints(used);
        units.forEach(unit -> definitions.remove(unit.key()));
    }

    private void remove(RouteDefinition definition) throws Exception {
        // first, else Camel stops it once more, and waits
        context.removeRoute(definition.getRouteId());
        model.removeRouteDefinition(definition);
    }

    /** What stands for routes in Camel, and what Camel has made of kamelets for them alone. */
    List<RouteDefinition> withParts(Collection<Unit> units) {
        return with(parts.usedOnlyBy(ids(units)), units);
    }

    private List<RouteDefinition> with(Set<String> used, Collection<Unit> units) {
        return Stream.concat(
                        units.stream().flatMap(unit -> running(unit).stream()),
                        model.getRouteDefinitions().stream().filter(route -> used.contains(route.getRouteId())))
                .toList();
    }

    /** What stands for a route in Camel. */
    List<RouteDefinition> running(Unit unit) {
        return definitions.getOrDefault(unit.key(), List.of());
    }

    /** The ids of all routes of the files that are in Camel. */
    List<String> ids(Collection<Unit> units) {
        return units.stream()
                .flatMap(unit -> running(unit).stream())
                .map(RouteDefinition::getRouteId)
                .toList();
    }

    /** What is read into a route when it is read itself, or made; what runs has done that and does not notice. */
    void exchangePatterns(RouteSet to, RouteChange change) throws Exception {
        if (change.configurations()) {
            exchangeConfigurations(to);
        }
        if (change.templates()) {
            exchangeTemplates(to);
        }
    }

    /** The routes that use the beans must have ended. */
    void exchangeBeans(RouteSet to, RouteChange change) throws Exception {
        for (String bean : change.unbound()) {
            context.getRegistry().unbind(bean);
            model.getCustomBeans().removeIf(definition -> bean.equals(definition.getName()));
        }
        bind(to, change.bound());
    }

    private void bind(RouteSet set, Collection<Unit> beans) throws Exception {
        for (RouteBuilder builder : load(set, beans.stream().map(Unit::piece).toList())) {
            builder.configureRoutes(context);
        }
    }

    /** In the list itself: to ask Camel for a configuration without an id gives it one, and it holds no more. */
    private void exchangeConfigurations(RouteSet to) throws Exception {
        List<RouteConfigurationDefinition> all = new ArrayList<>();
        for (RouteBuilder builder : load(to, to.pieces(Kind.CONFIGURATION))) {
            RouteConfigurationBuilder configuring = (RouteConfigurationBuilder) builder;
            configuring.setCamelContext(context);
            configuring.configuration();
            configuring.getRouteConfigurationCollection().setResource(builder.getResource());
            all.addAll(configuring.getRouteConfigurationCollection().getRouteConfigurations());
        }
        model.getRouteConfigurationDefinitions().removeAll(configurations);
        configurations = all;
        model.addRouteConfigurations(all);
    }

    private void exchangeTemplates(RouteSet to) throws Exception {
        List<RouteTemplateDefinition> all = new ArrayList<>();
        for (RouteBuilder builder : load(to, to.pieces(Kind.TEMPLATE))) {
            builder.configureRoutes(context);
            all.addAll(builder.getRouteTemplateCollection().getRouteTemplates());
        }
        model.removeRouteTemplateDefinitions(templates);
        templates = all;
        model.addRouteTemplateDefinitions(all);
    }

    private List<RouteBuilder> load(RouteSet set, Collection<Piece> pieces) throws Exception {
        List<RouteBuilder> builders = new ArrayList<>();
        for (Map.Entry<Path, List<Piece>> file : byFile(pieces).entrySet()) {
            builders.add(loader.load(set.text(file.getKey()), file.getValue()));
        }
        return builders;
    }

    private static Map<Path, List<Piece>> byFile(Collection<Piece> pieces) {
        return pieces.stream().collect(Collectors.groupingBy(Piece::file, LinkedHashMap::new, Collectors.toList()));
    }
}
