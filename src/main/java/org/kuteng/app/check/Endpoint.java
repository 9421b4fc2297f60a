package org.kuteng.app.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.kuteng.app.WrittenArguments;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * An endpoint as a file writes it: an address, and options in the address and beneath it.
 *
 * @param uri the text of the address
 * @param scheme such as {@code timer}
 * @param path what stands between the scheme and the options; null for an address that is a scheme alone
 * @param query options within the address
 * @param parameters options beneath the address
 */
record Endpoint(ScalarNode uri, String scheme, String path, List<Option> query, List<Option> parameters) {

    /** An option: its name, where that stands, its value (null when it is no plain one), where that stands. */
    record Option(String name, Place namePlace, String value, Place valuePlace) {}

    /**
     * Takes an address apart.
     *
     * @param text the address as Camel will see it where a placeholder begins it, as it is written otherwise
     */
    static Endpoint parse(ScalarNode uri, String text, Node parameters, Report report) {
        boolean asWritten = text.equals(uri.getValue());
        int question = questionMark(text);
        String address = question < 0 ? text : text.substring(0, question);
        int colon = address.indexOf(':');
        List<Option> query = new ArrayList<>();
        int from = question + 1;
        while (question >= 0 && from < text.length()) {
            int to = endOfOption(text, from);
            int start = from;
            nameAndValue(text.substring(from, to))
                    .map(pair -> new Option(
                            pair[0],
                            report.place(uri, asWritten ? start : 0),
                            pair[1],
                            report.place(uri, asWritten ? start + pair[0].length() + 1 : 0)))
                    .ifPresent(query::add);
            from = to + 1;
        }
        return new Endpoint(
                uri,
                colon < 0 ? address : address.substring(0, colon),
                colon < 0 ? null : address.substring(colon + 1).replaceFirst("^/+", ""),
                query,
                options(parameters, report));
    }

    List<Option> options() {
        List<Option> all = new ArrayList<>(query);
        all.addAll(parameters);
        return all;
    }

    boolean has(String name) {
        return options().stream().anyMatch(option -> option.name().equalsIgnoreCase(name));
    }

    /** The value of an option; empty when it is not given. */
    Optional<String> option(String name) {
        return options().stream()
                .filter(option -> option.name().equalsIgnoreCase(name))
                .map(Option::value)
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** Scheme and path alone, written in one way. */
    String name() {
        return scheme + ":" + (path == null ? "" : path);
    }

    private static List<Option> options(Node parameters, Report report) {
        List<Option> options = new ArrayList<>();
        if (parameters instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                Node value = tuple.getValueNode();
                String text = Nodes.text(value).orElse(null);
                if (text == null && !(value instanceof MappingNode && !Nodes.isUnquotedPlaceholder(value))) {
                    report.error(value, wrongValue(Nodes.writtenKey(tuple), value));
                }
                String written = Nodes.writtenKey(tuple);
                String name = WrittenArguments.isArgument(written) ? written : Nodes.key(tuple);
                options.add(new Option(name, report.place(tuple.getKeyNode()), text, report.place(value)));
            }
        }
        return options;
    }

    private static String wrongValue(String name, Node value) {
        return Nodes.isUnquotedPlaceholder(value)
                ? Nodes.quoted(name, value)
                : "'" + name + "' must be a single value, not a list";
    }

    private static Optional<String[]> nameAndValue(String text) {
        int equals = text.indexOf('=');
        return equals < 1
                ? Optional.empty()
                : Optional.of(new String[] {text.substring(0, equals), text.substring(equals + 1)});
    }

    /** The one that begins the options; a placeholder may hold another. */
    private static int questionMark(String text) {
        int at = text.indexOf('?');
        while (at >= 0 && text.lastIndexOf("{{", at) > text.lastIndexOf("}}", at)) {
            at = text.indexOf('?', at + 1);
        }
        return at;
    }

    /** A value in RAW(...) may hold an ampersand. */
    private static int endOfOption(String text, int from) {
        int end = text.indexOf('&', from);
        int raw = text.indexOf("=RAW(", from);
        if (raw >= 0 && raw < end) {
            end = text.indexOf('&', Math.max(end, text.indexOf(')', raw)));
        }
        return end < 0 ? text.length() : end;
    }
}
