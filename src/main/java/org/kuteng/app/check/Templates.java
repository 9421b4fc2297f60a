package org.kuteng.app.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.kuteng.app.Suggestions;

/** Route templates and kamelets, and the places that make routes of them. */
final class Templates {
    private static final String TEMPLATE = "route template";
    private static final String KAMELET = "kamelet";

    private final Map<String, TemplateParameters> templates = new TreeMap<>();
    private final Map<String, Place> places = new TreeMap<>();
    private final List<Use> uses = new ArrayList<>();
    private final KameletLibrary library;
    private final Unread unread;
    private final List<Problem> problems;

    Templates(KameletLibrary library, Unread unread, List<Problem> problems) {
        this.library = library;
        this.unread = unread;
        this.problems = problems;
    }

    private record Use(String what, String name, String routeId, Place place, Map<String, Place> given) {}

    /** A template that a file defines; a kamelet is one as well. */
    void define(String name, TemplateParameters parameters, Place place) {
        Place first = places.putIfAbsent(name, place);
        if (first == null) {
            templates.put(name, parameters);
        } else {
            problems.add(Problem.error(
                    place, "duplicate " + TEMPLATE + " or " + KAMELET + " '" + name + "': it is also at " + first));
        }
    }

    /** @param given the parameters which the route gives, and where */
    void useTemplate(String name, Place place, Map<String, Place> given) {
        uses.add(new Use(TEMPLATE, name, null, place, given));
    }

    /** @param routeId the id of the route that is made; null when none is given */
    void useKamelet(String name, String routeId, Place place, Map<String, Place> given) {
        uses.add(new Use(KAMELET, name, routeId, place, given));
    }

    /** Reports what nobody defines, and parameters that do not fit. To be called when all files are read. */
    void finish() {
        uses.forEach(this::check);
    }

    private void check(Use use) {
        TemplateParameters template = templates.get(use.name());
        boolean kamelet = use.what().equals(KAMELET);
        if (template == null && kamelet) {
            KameletLibrary.Found found = library.find(use.name());
            if (found.isUnknowable()) {
                return;
            }
            template = found.parameters();
        }
        if (template == null) {
            if (!unread.mentions(use.name(), places(use.name()))) {
                error(
                        use.place(),
                        "unknown " + use.what() + " '" + use.name() + "'"
                                + Suggestions.didYouMean(use.name(), templates.keySet()));
            }
            return;
        }
        checkParameters(use, template);
    }

    private void checkParameters(Use use, TemplateParameters template) {
        String label = use.what() + " '" + use.name() + "'";
        use.given().forEach((name, place) -> {
            if (!template.has(name)) {
                error(
                        place,
                        "unknown parameter '" + name + "' of " + label
                                + Suggestions.didYouMean(name, template.names()));
            }
        });
        Set<String> given = use.given().keySet().stream()
                .map(TemplateParameters::oneSpelling)
                .collect(Collectors.toSet());
        template.required().stream()
                .filter(name -> !given.contains(TemplateParameters.oneSpelling(name)))
                .filter(name -> !library.isSetElsewhere(use.name(), use.routeId(), name))
                .forEach(name -> error(use.place(), label + " needs the parameter '" + name + "'"));
    }

    private List<Place> places(String name) {
        return uses.stream()
                .filter(use -> use.name().equals(name))
                .map(Use::place)
                .toList();
    }

    private void error(Place place, String message) {
        problems.add(Problem.error(place, message));
    }
}
