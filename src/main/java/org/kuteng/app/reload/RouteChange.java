package org.kuteng.app.reload;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.kuteng.app.reload.Piece.Kind;
import org.kuteng.app.reload.RouteSet.Unit;

/**
 * What has to be done to get from one set of routes to another.
 *
 * @param ended routes that are no longer there
 * @param swapped routes whose definition has changed, as they are now
 * @param started routes that are new
 * @param unbound names of beans that are no longer there
 * @param bound beans that are new or have changed
 * @param templates whether a template has changed
 * @param configurations whether a route configuration has changed
 * @param fixed what has changed but can only be exchanged by a restart, for people
 */
record RouteChange(
        List<Unit> ended,
        List<Unit> swapped,
        List<Unit> started,
        List<String> unbound,
        List<Unit> bound,
        boolean templates,
        boolean configurations,
        List<String> fixed) {

    static RouteChange between(RouteSet before, RouteSet after) {
        List<Unit> bound = changed(before.beans(), after.beans());
        bound.addAll(missing(after.beans(), before.beans()));
        return new RouteChange(
                missing(before.units(), after.units()),
                changed(before.units(), after.units()),
                missing(after.units(), before.units()),
                missing(before.beans(), after.beans()).stream().map(Unit::key).toList(),
                bound,
                !before.texts(Kind.TEMPLATE).equals(after.texts(Kind.TEMPLATE)),
                !before.texts(Kind.CONFIGURATION).equals(after.texts(Kind.CONFIGURATION)),
                fixed(before, after, bound));
    }

    private static List<Unit> missing(Map<String, Unit> from, Map<String, Unit> in) {
        return from.values().stream()
                .filter(unit -> !in.containsKey(unit.key()))
                .toList();
    }

    private static List<Unit> changed(Map<String, Unit> before, Map<String, Unit> after) {
        List<Unit> changed = new ArrayList<>();
        for (Unit unit : after.values()) {
            Unit old = before.get(unit.key());
            if (old != null && !old.definition().equals(unit.definition())) {
                changed.add(unit);
            }
        }
        return changed;
    }

    private static List<String> fixed(RouteSet before, RouteSet after, List<Unit> bound) {
        List<String> fixed = new ArrayList<>();
        Set<Path> files = new TreeSet<>(before.sources().texts().keySet());
        files.addAll(after.sources().texts().keySet());
        for (Path file : files) {
            if (!fixedTexts(before, file).equals(fixedTexts(after, file))) {
                fixed.add("what " + file + " says for all routes");
            }
        }
        bound.stream()
                .filter(bean -> before.beans().containsKey(bean.key()) && !after.isNamed(bean.key()))
                .forEach(bean -> fixed.add("bean '" + bean.key() + "', which nothing names"));
        return fixed;
    }

    private static List<String> fixedTexts(RouteSet set, Path file) {
        return set.pieces(Kind.FIXED).stream()
                .filter(piece -> piece.file().equals(file))
                .map(Piece::text)
                .toList();
    }

    /** Whether nothing that runs is touched. */
    boolean isEmpty() {
        return ended.isEmpty()
                && swapped.isEmpty()
                && started.isEmpty()
                && unbound.isEmpty()
                && bound.isEmpty()
                && !templates
                && !configurations;
    }
}
