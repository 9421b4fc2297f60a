package org.kuteng.app.reload;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.support.PatternHelper;
import org.kuteng.app.reload.Piece.Kind;

/** The routes of some files, each with all that makes it what it is. */
final class RouteSet {

    private final RouteTexts texts;
    private final List<Piece> pieces;
    private final Map<String, Unit> units;
    private final Map<String, Unit> beans;

    /**
     * Something with a content of its own: a route, or a bean.
     *
     * @param key tells it from all others; the id if it has one
     * @param definition its text and that of all it uses; when it changes, what runs is no longer up to date
     */
    record Unit(String key, Piece piece, String definition) {
        /** For people. */
        String label() {
            return piece.id() != null ? piece.id() : "a route without an id of " + piece.file();
        }
    }

    private RouteSet(RouteTexts texts, List<Piece> pieces, Map<String, Unit> units, Map<String, Unit> beans) {
        this.texts = texts;
        this.pieces = pieces;
        this.units = units;
        this.beans = beans;
    }

    /** @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException if a file is no YAML */
    static RouteSet of(RouteTexts texts) {
        List<Piece> pieces = new ArrayList<>();
        texts.byFile().forEach((file, text) -> pieces.addAll(PieceReader.read(file, text)));
        RouteSet set = new RouteSet(texts, pieces, new LinkedHashMap<>(), new LinkedHashMap<>());
        pieces.stream().filter(Piece::isRoute).forEach(piece -> set.add(piece, set.units));
        pieces.stream().filter(piece -> piece.kind() == Kind.BEAN).forEach(piece -> set.add(piece, set.beans));
        return set;
    }

    /** The same without some of its routes. */
    RouteSet without(Collection<String> keys) {
        Map<String, Unit> rest = new LinkedHashMap<>(units);
        rest.keySet().removeAll(keys);
        return new RouteSet(texts, pieces, rest, beans);
    }

    private void add(Piece piece, Map<String, Unit> to) {
        StringBuilder definition = new StringBuilder(piece.text());
        uses(piece).forEach(used -> definition.append('\n').append(used.text()));
        // without an id it is its content that makes it this one; there may be two of the same
        String key = piece.id() != null ? piece.id() : piece.file() + " " + definition;
        while (to.containsKey(key)) {
            key += "+";
        }
        to.put(key, new Unit(key, piece, definition.toString()));
    }

    /** Everything that a piece uses, and what that uses, in the order of the files. */
    private List<Piece> uses(Piece first) {
        Set<Piece> found = new LinkedHashSet<>(Set.of(first));
        List<Piece> open = new ArrayList<>(found);
        while (!open.isEmpty()) {
            Piece user = open.remove(open.size() - 1);
            pieces.stream()
                    .filter(piece -> isUsed(piece, user) && found.add(piece))
                    .forEach(open::add);
        }
        found.remove(first);
        return pieces.stream().filter(found::contains).toList();
    }

    private static boolean isUsed(Piece piece, Piece user) {
        boolean running = user.isRoute() || user.kind() == Kind.TEMPLATE;
        return switch (piece.kind()) {
            case OF_FILE -> running && piece.file().equals(user.file());
            case CONFIGURATION -> running && user.kind() != Kind.TEMPLATED_ROUTE && isConfiguredBy(user, piece);
            case TEMPLATE ->
                piece.id() != null && (piece.id().equals(user.template()) || namesKamelet(user, piece.id()));
            case BEAN -> piece.id() != null && user.names(piece.id());
            default -> false;
        };
    }

    private static boolean isConfiguredBy(Piece user, Piece configuration) {
        String wanted = user.configurations();
        if (wanted == null) {
            return configuration.id() == null || configuration.id().equals("*");
        }
        // what a placeholder stands for is not known here
        return wanted.contains("{{")
                || configuration.id() != null
                        && Stream.of(wanted.split(","))
                                .anyMatch(pattern -> PatternHelper.matchPattern(configuration.id(), pattern.trim()));
    }

    private static boolean namesKamelet(Piece user, String template) {
        return user.words().stream().anyMatch(word -> word.contains(PieceReader.KAMELET)) && user.names(template);
    }

    RouteTexts texts() {
        return texts;
    }

    String text(Path file) {
        return texts.byFile().get(file);
    }

    /** By their keys, in the order of the files. */
    Map<String, Unit> units() {
        return units;
    }

    /** By name. */
    Map<String, Unit> beans() {
        return beans;
    }

    List<Piece> pieces(Kind kind) {
        return pieces.stream().filter(piece -> piece.kind() == kind).toList();
    }

    List<String> texts(Kind kind) {
        return pieces(kind).stream().map(Piece::text).toList();
    }

    /** Whether anything else names the bean. */
    boolean isNamed(String bean) {
        return pieces.stream().anyMatch(piece -> piece != beans.get(bean).piece() && piece.names(bean));
    }
}
