package org.kuteng.app.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.support.PatternHelper;
import org.kuteng.app.Suggestions;

/** What the files say of each other: names that one gives and another uses. */
final class References {
    /** Camel has it without being told. */
    private static final String DEFAULT_THREAD_POOL = "defaultThreadPoolProfile";

    private final Map<String, Place> ids = new HashMap<>();
    private final Set<String> routeIds = new TreeSet<>();
    private int routesWithoutId;
    private final Set<String> queues = new TreeSet<>();
    private final Set<String> beans = new TreeSet<>();
    private final Set<String> threadPools = new TreeSet<>(Set.of(DEFAULT_THREAD_POOL));
    private boolean anyThreadPool;
    private final Map<String, Place> configurations = new HashMap<>();
    private final List<Use> beanUses = new ArrayList<>();
    private final List<Use> threadPoolUses = new ArrayList<>();
    private final List<Use> configurationUses = new ArrayList<>();
    private final Unread unread = new Unread();
    private final List<Problem> problems;
    private final InProcess inProcess;
    private final Templates templates;

    References(CheckContext context, List<Problem> problems) {
        beans.addAll(context.beans());
        threadPools.addAll(context.threadPools());
        this.problems = problems;
        this.inProcess = new InProcess(unread, problems);
        this.templates = new Templates(new KameletLibrary(context.property()), unread, problems);
    }

    private record Use(String name, Scope scope, Place place) {}

    InProcess inProcess() {
        return inProcess;
    }

    Templates templates() {
        return templates;
    }

    Unread unread() {
        return unread;
    }

    /** A name that only one route, or one step, of all files may have. */
    void id(String what, String id, Place place) {
        if (what.equals("route")) {
            routeIds.add(id);
        }
        Place first = ids.putIfAbsent(id, place);
        if (first != null) {
            error(place, "duplicate " + what + " id '" + id + "': it is also at " + first);
        }
    }

    void routeWithoutId() {
        routesWithoutId++;
    }

    int routes() {
        return routeIds.size() + routesWithoutId;
    }

    Set<String> routeIds() {
        return routeIds;
    }

    /** A queue that a route takes messages from or sends messages to. */
    void queue(String name) {
        queues.add(name);
    }

    Set<String> queues() {
        return queues;
    }

    void configuration(String id, Place place) {
        Place first = configurations.putIfAbsent(id, place);
        if (first != null) {
            error(place, "duplicate route configuration '" + id + "': it is also at " + first);
        }
    }

    void useConfiguration(String pattern, Place place) {
        configurationUses.add(new Use(pattern, Scope.FILE, place));
    }

    /** @param type its class, when that is known; null otherwise */
    void defineBean(String name, String type) {
        beans.add(name);
        // gives a thread pool a name that only the bean itself knows
        anyThreadPool |= type != null && type.endsWith("ThreadPoolProfile");
    }

    /** A bean that must be there: {@code name}, {@code #name} or {@code #bean:name}. */
    void bean(String reference, Scope scope, Place place) {
        beanUses.add(new Use(reference, scope, place));
    }

    /** A bean or a thread pool profile. */
    void threadPool(String reference, Scope scope, Place place) {
        threadPoolUses.add(new Use(reference, scope, place));
    }

    /** Reports what is used and nowhere given. To be called when all files are read. */
    void finish() {
        configurationUses.stream()
                .filter(use ->
                        configurations.keySet().stream().noneMatch(id -> PatternHelper.matchPattern(id, use.name())))
                .forEach(use ->
                        unknown("route configuration", use.name(), configurations.keySet(), use, configurationUses));
        templates.finish();
        beanUses.forEach(use -> checkBean("bean", use, beans, beanUses));
        Set<String> pools = new TreeSet<>(threadPools);
        pools.addAll(beans);
        if (!anyThreadPool) {
            threadPoolUses.forEach(use -> checkBean("thread pool", use, pools, threadPoolUses));
        }
        inProcess.finish();
    }

    private void checkBean(String what, Use use, Set<String> known, List<Use> all) {
        String name = BeanName.of(use.name());
        if (name != null
                && !known.contains(name)
                && !use.scope().beans().contains(name)
                && !(name.indexOf('.') >= 0 && ClassName.load(name).isPresent())) {
            unknown(what, name, known, use, all);
        }
        ClassName.in(use.name())
                .filter(type -> !type.contains("{{") && ClassName.load(type).isEmpty())
                .ifPresent(type -> error(use.place(), ClassName.fault(type)));
    }

    private void unknown(String what, String name, Collection<String> known, Use use, List<Use> all) {
        List<Place> uses = all.stream()
                .filter(other -> other.name().equals(use.name()))
                .map(Use::place)
                .toList();
        if (!unread.mentions(name, uses)) {
            error(use.place(), "unknown " + what + " '" + name + "'" + Suggestions.didYouMean(name, known));
        }
    }

    private void error(Place place, String message) {
        problems.add(Problem.error(place, message));
    }
}
