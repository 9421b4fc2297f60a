package org.kuteng.app.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.camel.support.PatternHelper;
import org.kuteng.app.Suggestions;

/** What the files say of each other: names that one gives and another uses. */
final class References {
    private static final Set<String> IN_PROCESS = Set.of("direct", "seda");

    private final Map<String, Place> ids = new HashMap<>();
    private final Set<String> routeIds = new TreeSet<>();
    private final Set<String> queues = new TreeSet<>();
    private final Set<String> beans = new TreeSet<>();
    private final Set<String> configurations = new TreeSet<>();
    private final Set<String> consumed = new HashSet<>();
    private boolean anyConsumed;
    private final Map<String, TemplateParameters> templates = new TreeMap<>();
    private final List<TemplateUse> templateUses = new ArrayList<>();
    private final List<Use> beanUses = new ArrayList<>();
    private final List<Use> configurationUses = new ArrayList<>();
    private final Map<Place, String> sent = new LinkedHashMap<>();
    private final List<Problem> problems;

    References(CheckContext context, List<Problem> problems) {
        beans.addAll(context.beans());
        this.problems = problems;
    }

    private record Use(String name, Scope scope, Place place) {}

    private record TemplateUse(String template, Place place, Map<String, Place> given) {}

    /** A name that only one route, or one step, of all files may have. */
    void id(String what, String id, Place place) {
        if (what.equals("route")) {
            routeIds.add(id);
        }
        Place first = ids.putIfAbsent(id, place);
        if (first != null) {
            report(place, "duplicate " + what + " id '" + id + "': it is also at " + first);
        }
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

    void template(String id, TemplateParameters parameters) {
        templates.put(id, parameters);
    }

    void useTemplate(String template, Place place, Map<String, Place> given) {
        templateUses.add(new TemplateUse(template, place, given));
    }

    void configuration(String id) {
        configurations.add(id);
    }

    void useConfiguration(String pattern, Place place) {
        configurationUses.add(new Use(pattern, Scope.FILE, place));
    }

    void defineBean(String name) {
        beans.add(name);
    }

    /** A bean that must be there: {@code name}, {@code #name} or {@code #bean:name}. */
    void bean(String reference, Scope scope, Place place) {
        beanUses.add(new Use(reference, scope, place));
    }

    /** An endpoint; one whose name is not final can be any. */
    void endpoint(Endpoint endpoint, boolean consumer, boolean isFinal, Place place) {
        if (consumer) {
            consumed.add(endpoint.name());
            anyConsumed |= !isFinal;
        } else if (isFinal
                && IN_PROCESS.contains(endpoint.scheme())
                && !endpoint.option("failIfNoConsumers").filter("false"::equals).isPresent()) {
            sent.put(place, endpoint.name());
        }
    }

    /** Reports what is used and nowhere given. To be called when all files are read. */
    void finish() {
        configurationUses.stream()
                .filter(use -> configurations.stream().noneMatch(id -> PatternHelper.matchPattern(id, use.name())))
                .forEach(use -> unknown("route configuration", use.name(), configurations, use.place()));
        templateUses.forEach(this::checkTemplate);
        beanUses.forEach(this::checkBean);
        if (!anyConsumed) {
            sent.forEach((place, name) -> {
                if (!consumed.contains(name)) {
                    report(place, "nothing consumes from '" + name + "'" + Suggestions.didYouMean(name, consumed));
                }
            });
        }
    }

    private void checkTemplate(TemplateUse use) {
        TemplateParameters template = templates.get(use.template());
        if (template == null) {
            unknown("route template", use.template(), templates.keySet(), use.place());
            return;
        }
        use.given().forEach((name, place) -> {
            if (!template.names().contains(name)) {
                report(
                        place,
                        "unknown parameter '" + name + "' of route template '" + use.template() + "'"
                                + Suggestions.didYouMean(name, template.names()));
            }
        });
        template.required().stream()
                .filter(name -> !use.given().containsKey(name))
                .forEach(name -> report(
                        use.place(), "route template '" + use.template() + "' needs the parameter '" + name + "'"));
    }

    private void checkBean(Use use) {
        String name = BeanName.of(use.name());
        if (name != null && !beans.contains(name) && !use.scope().beans().contains(name) && !BeanName.isClass(name)) {
            unknown("bean", name, beans, use.place());
        }
    }

    private void unknown(String what, String name, Collection<String> known, Place place) {
        report(place, "unknown " + what + " '" + name + "'" + Suggestions.didYouMean(name, known));
    }

    private void report(Place place, String message) {
        problems.add(new Problem(place.file(), place.line(), place.column(), Severity.ERROR, message));
    }
}
