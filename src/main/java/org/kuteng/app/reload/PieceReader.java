package org.kuteng.app.reload;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.util.StringHelper;
import org.kuteng.app.reload.Piece.Kind;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Takes a route file apart into its entries. */
final class PieceReader {
    static final String BEANS = "beans";

    /** In the name of an endpoint, or that of a step. */
    static final String KAMELET = "kamelet";

    /** What some editors put before the text. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private static final Map<String, Kind> KINDS = Map.of(
            "route", Kind.ROUTE,
            "from", Kind.ROUTE,
            "templatedRoute", Kind.TEMPLATED_ROUTE,
            "routeTemplate", Kind.TEMPLATE,
            "routeConfiguration", Kind.CONFIGURATION);

    private static final Set<String> OF_FILE = Set.of(
            "errorHandler", "intercept", "interceptFrom", "interceptSendToEndpoint", "onCompletion", "onException");

    /** What is said there refers to nothing. */
    private static final Set<String> FOR_PEOPLE = Set.of("id", "description", "note");

    private final Path file;
    private final List<Piece> pieces = new ArrayList<>();

    private PieceReader(Path file) {
        this.file = file;
    }

    /**
     * The entries in their order.
     *
     * @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException if it is no YAML
     */
    static List<Piece> read(Path file, String text) {
        PieceReader reader = new PieceReader(file);
        LoadSettings settings =
                LoadSettings.builder().setAllowNonScalarKeys(true).build();
        String yaml = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        new Composer(settings, new ParserImpl(settings, new StreamReader(settings, yaml)))
                .getSingleNode()
                .ifPresent(reader::addAll);
        return reader.pieces;
    }

    private void addAll(Node root) {
        if (root instanceof SequenceNode list) {
            for (int item = 0; item < list.getValue().size(); item++) {
                add(item, list.getValue().get(item));
            }
        } else {
            addWhole(root);
        }
    }

    /** A file that is one thing as a whole: a kamelet, which is a template, or a pipe, which is a route. */
    private void addWhole(Node root) {
        String kind = text(member(root, "kind"));
        Kind known =
                switch (kind == null ? "" : kind) {
                    case "Kamelet" -> Kind.TEMPLATE;
                    case "Pipe" -> Kind.ROUTE;
                    default -> Kind.FIXED;
                };
        pieces.add(piece(0, -1, known, text(member(member(root, "metadata"), "name")), null, root));
    }

    private void add(int item, Node node) {
        String key = key(node);
        Node content =
                node instanceof MappingNode mapping && !mapping.getValue().isEmpty()
                        ? mapping.getValue().get(0).getValueNode()
                        : node;
        if (key.equals(BEANS) && content instanceof SequenceNode beans) {
            for (int bean = 0; bean < beans.getValue().size(); bean++) {
                Node one = beans.getValue().get(bean);
                pieces.add(piece(item, bean, Kind.BEAN, text(member(one, "name")), null, one));
            }
            return;
        }
        Kind kind = KINDS.getOrDefault(key, OF_FILE.contains(key) ? Kind.OF_FILE : Kind.FIXED);
        String id =
                switch (key) {
                    case "from" -> null;
                    case "templatedRoute" -> text(member(content, "routeId"));
                    default -> text(member(content, "id"));
                };
        Node asksForConfigurations = kind == Kind.TEMPLATE ? member(content, "route") : content;
        pieces.add(piece(item, -1, kind, id, text(member(asksForConfigurations, "routeConfigurationId")), node));
    }

    private Piece piece(int item, int bean, Kind kind, String id, String configurations, Node node) {
        List<String> words = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        write(node, text, words);
        String template =
                kind == Kind.TEMPLATED_ROUTE ? text(member(member(node, "templatedRoute"), "routeTemplateRef")) : null;
        return new Piece(file, item, bean, kind, id, template, configurations, text.toString(), List.copyOf(words));
    }

    /** The name of an entry; Camel takes {@code route-template} for {@code routeTemplate}. */
    static String key(Node item) {
        boolean named =
                item instanceof MappingNode mapping && !mapping.getValue().isEmpty();
        return named ? nameOf(((MappingNode) item).getValue().get(0)) : "";
    }

    private static String nameOf(NodeTuple tuple) {
        String name = text(tuple.getKeyNode());
        return name == null ? "" : StringHelper.dashToCamelCase(name);
    }

    private static Node member(Node node, String name) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (nameOf(tuple).equals(name)) {
                    return tuple.getValueNode();
                }
            }
        }
        return null;
    }

    private static String text(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : null;
    }

    /** In a form in which neither comments, layout nor the order of names in a mapping make a difference. */
    private static void write(Node node, StringBuilder text, List<String> words) {
        if (node instanceof ScalarNode scalar) {
            words.add(scalar.getValue());
            text.append(scalar.getTag().getValue())
                    .append(' ')
                    .append(scalar.getValue().length())
                    .append(':');
            text.append(scalar.getValue());
        } else if (node instanceof SequenceNode list) {
            text.append('[');
            list.getValue().forEach(element -> write(element, text.append(','), words));
            text.append(']');
        } else if (node instanceof MappingNode mapping) {
            text.append(mapping.getValue().stream()
                    .map(tuple -> member(tuple, words))
                    .sorted(Comparator.naturalOrder())
                    .collect(Collectors.joining(",", "{", "}")));
        }
    }

    private static String member(NodeTuple tuple, List<String> words) {
        StringBuilder text = new StringBuilder();
        write(tuple.getKeyNode(), text, new ArrayList<>());
        if (nameOf(tuple).equals(KAMELET)) {
            words.add(KAMELET);
        }
        boolean forPeople = FOR_PEOPLE.contains(nameOf(tuple));
        write(tuple.getValueNode(), text.append('='), forPeople ? new ArrayList<>() : words);
        return text.toString();
    }
}
