package org.kuteng.publish;

import com.rabbitmq.client.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.QueueDefinition;
import org.kuteng.broker.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What producers and workers of this process have declared, so that it can be declared again when it is gone. */
final class Declarations {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** As often as there are those who need it. */
    private final List<Topology> topologies = new CopyOnWriteArrayList<>();

    /** What is declared when a message first needs it; as often as there are those who may send one. */
    private final List<NeededTopology> onDemand = new CopyOnWriteArrayList<>();

    private volatile BiConsumer<Topology, BrokerException> refusalListener = (topology, fault) -> {};

    /** Called when something exists with other arguments; unset: it is only logged. */
    void onRefusal(BiConsumer<Topology, BrokerException> listener) {
        refusalListener = listener;
    }

    /** What was to be declared again exists with other arguments: those who declared it are told. */
    void refused(OutgoingMessage message, BrokerException fault) {
        topologies.stream()
                .filter(topology -> concerns(topology, message))
                .distinct()
                .forEach(topology -> refusalListener.accept(topology, fault));
    }

    /** What was declared up to now. */
    List<Topology> known() {
        return topologies.stream().distinct().toList();
    }

    /**
     * Looks whether what was declared is still there as it was declared; what vanished is declared again. Waits for the
     * broker, so that nothing else may wait for it.
     *
     * @param known what is left out if it was forgotten meanwhile
     */
    void check(List<Topology> known, Connection connection) {
        known.stream().filter(topologies::contains).forEach(topology -> check(topology, connection));
    }

    private void check(Topology topology, Connection connection) {
        try {
            topology.declare(connection);
        } catch (BrokerException e) {
            if (e.endsRoute()) {
                LOG.error("{}", e.getMessage());
                refusalListener.accept(topology, e);
            } else {
                // what is missing is declared when a message for it finds no queue
                LOG.debug("not looked at", e);
            }
        }
    }

    void remember(Topology topology) {
        topologies.add(topology);
    }

    void forget(Topology topology) {
        topologies.remove(topology);
    }

    /** To be declared when a message first needs it. Those who name the same topology share one. */
    synchronized void rememberOnDemand(Topology topology) {
        onDemand.add(onDemand.stream()
                .filter(known -> known.topology().equals(topology))
                .findFirst()
                .orElseGet(() -> NeededTopology.onDemand(topology)));
    }

    synchronized void forgetOnDemand(Topology topology) {
        onDemand.stream()
                .filter(known -> known.topology().equals(topology))
                .findFirst()
                .ifPresent(onDemand::remove);
    }

    /** What is to be declared before this message is sent; null: nothing, or it is ready. */
    NeededTopology onDemandFor(OutgoingMessage message) {
        return onDemand.stream()
                .filter(needed -> !needed.isReady() && needed.isFor(message))
                .findFirst()
                .orElse(null);
    }

    void declareAll(Connection connection) {
        known().forEach(topology -> topology.declare(connection));
    }

    /** What is to be declared again for a message to find its way; null if none of it is known here. */
    NeededTopology neededBy(OutgoingMessage message) {
        for (NeededTopology needed : onDemand) {
            if (needed.isFor(message)) {
                return needed;
            }
        }
        Topology missing = topologyFor(message);
        return missing.isEmpty() ? null : NeededTopology.missing(missing);
    }

    private Topology topologyFor(OutgoingMessage message) {
        List<Topology.ExchangeDefinition> exchanges = new ArrayList<>();
        List<QueueDefinition> queues = new ArrayList<>();
        List<Topology.Binding> bindings = new ArrayList<>();
        for (Topology topology : topologies) {
            if (concerns(topology, message)) {
                exchanges.addAll(topology.exchanges());
                queues.addAll(topology.queues());
                bindings.addAll(topology.bindings());
            }
        }
        return new Topology(
                exchanges.stream().distinct().toList(),
                queues.stream().distinct().toList(),
                bindings.stream().distinct().toList());
    }

    private static boolean concerns(Topology topology, OutgoingMessage message) {
        if (message.exchange().equals(Topology.DEFAULT_EXCHANGE)) {
            return topology.queues().stream().anyMatch(queue -> queue.name().equals(message.routingKey()));
        }
        return topology.exchanges().stream()
                        .anyMatch(exchange -> exchange.name().equals(message.exchange()))
                || topology.bindings().stream()
                        .anyMatch(binding -> binding.exchange().equals(message.exchange()));
    }
}
