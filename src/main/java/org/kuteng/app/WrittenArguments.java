package org.kuteng.app;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Keeps the dashes in the names of arguments. Camel turns each name below {@code parameters} into camel case, so that a
 * broker would be asked for {@code xQueueType}, which it ignores, and not for {@code x-queue-type}.
 */
public final class WrittenArguments {
    private static final String PARAMETERS = "parameters";
    private static final String ARGUMENT = "arg.";
    private static final String DASH = "-";

    /** As a URI writes it, which Camel makes of the parameters, and reads again. */
    private static final String ENCODED_DASH = "%2D";

    private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private WrittenArguments() {}

    /**
     * Whether a name below {@code parameters} is that of an argument, which Camel is to leave as it is written.
     *
     * @param name as the file writes it
     */
    public static boolean isArgument(String name) {
        return name.startsWith(ARGUMENT);
    }

    /**
     * Changes the nodes of a file so that Camel takes the names of arguments as they are written.
     *
     * @return the same node
     */
    public static Node keep(Node root) {
        new WrittenArguments().visit(root);
        return root;
    }

    private void visit(Node node) {
        // an anchor leads to the same node again
        if (!seen.add(node)) {
            return;
        }
        if (node instanceof SequenceNode list) {
            list.getValue().forEach(this::visit);
        } else if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                visit(tuple.getValueNode());
                if (tuple.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals(PARAMETERS)
                        && tuple.getValueNode() instanceof MappingNode parameters) {
                    encode(parameters);
                }
            }
        }
    }

    private static void encode(MappingNode parameters) {
        List<NodeTuple> encoded = new ArrayList<>();
        for (NodeTuple tuple : parameters.getValue()) {
            encoded.add(
                    tuple.getKeyNode() instanceof ScalarNode key && isArgument(key.getValue())
                            ? new NodeTuple(encoded(key), tuple.getValueNode())
                            : tuple);
        }
        parameters.setValue(encoded);
    }

    private static ScalarNode encoded(ScalarNode key) {
        return new ScalarNode(
                key.getTag(),
                true,
                key.getValue().replace(DASH, ENCODED_DASH),
                key.getScalarStyle(),
                key.getStartMark(),
                key.getEndMark());
    }
}
