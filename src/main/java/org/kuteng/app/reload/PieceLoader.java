package org.kuteng.app.reload;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.apache.camel.dsl.yaml.common.YamlDeserializationContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.service.ServiceHelper;
import org.kuteng.app.KameletFileLoader;
import org.kuteng.app.RouteFiles;
import org.kuteng.app.WrittenArguments;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Camel's own loader, for some entries of a file and not all of them. Lines and columns stay those of the file. One
 * thread at a time.
 */
final class PieceLoader extends YamlRoutesBuilderLoader {
    private final KameletFileLoader kamelets = new KameletFileLoader();
    private Collection<Piece> wanted = List.of();

    PieceLoader(CamelContext context) {
        setCamelContext(context);
        kamelets.setCamelContext(context);
        ServiceHelper.startService(this, kamelets);
    }

    /**
     * The entries, read but not yet run; beans are bound when the builder is configured.
     *
     * @param pieces all of one file
     * @throws Exception as Camel's loader does
     */
    RouteBuilder load(String text, Collection<Piece> pieces) throws Exception {
        Path file = pieces.iterator().next().file();
        Resource resource = ResourceHelper.fromString("file:" + file, text);
        wanted = pieces;
        boolean kamelet = RouteFiles.isKamelet(file.toString());
        return (RouteBuilder) (kamelet ? kamelets : this).loadRoutesBuilder(resource);
    }

    @Override
    protected RouteBuilder builder(YamlDeserializationContext context, Node root) {
        Node kept = WrittenArguments.keep(root);
        return super.builder(context, kept instanceof SequenceNode list ? filtered(list) : kept);
    }

    private Node filtered(SequenceNode root) {
        List<Node> items = new ArrayList<>();
        for (int index = 0; index < root.getValue().size(); index++) {
            int item = index;
            Node node = root.getValue().get(item);
            Set<Integer> beans = wanted.stream()
                    .filter(piece -> piece.item() == item)
                    .map(Piece::bean)
                    .collect(Collectors.toSet());
            if (beans.contains(-1)) {
                items.add(node);
            } else if (!beans.isEmpty()) {
                items.add(withBeans((MappingNode) node, beans));
            }
        }
        return new SequenceNode(root.getTag(), items, root.getFlowStyle());
    }

    private static Node withBeans(MappingNode node, Set<Integer> wanted) {
        NodeTuple tuple = node.getValue().get(0);
        SequenceNode all = (SequenceNode) tuple.getValueNode();
        List<Node> some = wanted.stream().sorted().map(all.getValue()::get).toList();
        Node list = new SequenceNode(all.getTag(), new ArrayList<>(some), all.getFlowStyle());
        return new MappingNode(
                node.getTag(), new ArrayList<>(List.of(new NodeTuple(tuple.getKeyNode(), list))), node.getFlowStyle());
    }
}
