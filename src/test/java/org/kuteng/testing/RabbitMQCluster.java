package org.kuteng.testing;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Three private nodes of a RabbitMQ on loopback that know each other. A test may kill, freeze and restart each of them.
 * It takes about 20 s to start, and 150 MB a node.
 */
public final class RabbitMQCluster implements TestBroker {
    private static final int NODES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** In Erlang's terms, since the other form has names for the delay that RabbitMQ 4.3 refuses to know. */
    private static final String FORMATION = """
            [{rabbit, [{cluster_nodes, {[%s], disc}},
                       {cluster_formation, [{peer_discovery_backend, rabbit_peer_discovery_classic_config},
                                            {randomized_startup_delay_range, {0, 1}}]}]}].
            """;

    private final Epmd epmd;
    private final List<RabbitMQNode> nodes = new ArrayList<>();

    private RabbitMQCluster(RabbitMQInstallation installation) {
        epmd = new Epmd(installation);
        int[] ports = IntStream.generate(FreePort::find).limit(NODES).toArray();
        for (int port : ports) {
            nodes.add(new RabbitMQNode(installation, settings(ports[0], port), port, epmd));
        }
    }

    /** A node looks for the first one only, which looks for nobody. */
    private static RabbitMQNode.Settings settings(int first, int own) {
        String known = IntStream.of(first, own)
                .distinct()
                .mapToObj(port -> "'" + RabbitMQNode.name(port) + "'")
                .collect(Collectors.joining(", "));
        return new RabbitMQNode.Settings(
                false, List.of("cluster_partition_handling = pause_minority"), FORMATION.formatted(known));
    }

    static RabbitMQCluster started() {
        RabbitMQCluster cluster = new RabbitMQCluster(
                RabbitMQInstallation.find().orElseThrow(() -> new IllegalStateException("no rabbitmq-server here")));
        try {
            cluster.startAll();
            cluster.awaitMembers();
            return cluster;
        } catch (RuntimeException e) {
            try {
                cluster.close();
            } catch (RuntimeException other) {
                e.addSuppressed(other);
            }
            throw e;
        }
    }

    /**
     * The first one, then the others at the same time. Those that look for each other must not start together: a node of
     * RabbitMQ 4.3 may end while it asks one that is just starting (an assertion in rabbit_peer_discovery).
     */
    private void startAll() {
        nodes.get(0).start();
        nodes.stream()
                .skip(1)
                .map(node -> CompletableFuture.runAsync(node::start))
                .toList()
                .forEach(CompletableFuture::join);
    }

    /** Until all nodes are members that run. */
    public void awaitMembers() {
        nodes.get(0).ctl("-q", "await_online_nodes", String.valueOf(NODES), "-t", String.valueOf(PATIENCE.toSeconds()));
    }

    public List<RabbitMQNode> nodes() {
        return List.copyOf(nodes);
    }

    /** The node where the leader of a quorum queue is, or where a classic queue is. */
    public RabbitMQNode leader(String queue) {
        String name = running().leader(queue);
        return nodes.stream()
                .filter(node -> RabbitMQNode.name(node.port()).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("queue '" + queue + "' is led by '" + name + "'"));
    }

    /** A node that answers. */
    public RabbitMQNode running() {
        return nodes.stream()
                .filter(node -> PlainClient.isAnswering(node.uri()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no node of the cluster answers"));
    }

    /** Stops and starts one node after another by SIGTERM, each when the one before it is back. */
    public void rollingRestart(Consumer<RabbitMQNode> restarted) {
        for (RabbitMQNode node : nodes) {
            node.restart();
            awaitMembers();
            restarted.accept(node);
        }
    }

    /** Of all nodes, as {@code kuteng.broker} takes them. */
    @Override
    public String uri() {
        return nodes.stream().map(RabbitMQNode::uri).collect(Collectors.joining(","));
    }

    @Override
    public String kind() {
        return "RabbitMQ cluster";
    }

    /** Of the first node. */
    @Override
    public int port() {
        return nodes.get(0).port();
    }

    @Override
    public boolean canBeInspected() {
        return true;
    }

    /** To a node that answers; waits for one. */
    @Override
    public PlainClient client() {
        return PlainClient.connect(await("a node that answers")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(this::running, node -> true)
                .uri());
    }

    @Override
    public void writeDeclarations() {
        nodes.forEach(RabbitMQNode::writeDeclarations);
    }

    @Override
    public void limit(String queue, int messages, Map<String, Object> arguments) {
        running().limit(queue, messages, arguments);
    }

    @Override
    public void memoryAlarm(boolean on) {
        nodes.forEach(node -> node.memoryAlarm(on));
    }

    @Override
    public void closeAllConnections() {
        running().closeAllConnections();
    }

    @Override
    public List<ConsumerInfo> consumers(String queue) {
        return running().consumers(queue);
    }

    @Override
    public List<String> connectionNames() {
        return running().connectionNames();
    }

    @Override
    public void close() {
        nodes.forEach(RabbitMQNode::close);
        epmd.close();
    }
}
