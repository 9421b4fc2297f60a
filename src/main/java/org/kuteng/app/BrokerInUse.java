package org.kuteng.app;

import com.rabbitmq.client.Connection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.ConnectionSettings;
import org.kuteng.broker.EmbeddedBroker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker of this process: the one that the settings name, or an embedded one that was started for it.
 *
 * @param broker null if the process was told to stop before the broker was there
 * @param embedded null if the broker is elsewhere
 */
public record BrokerInUse(Broker broker, EmbeddedBroker embedded) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.broker");

    /** So many queues are named whose messages are lost. */
    private static final int QUEUES_TOLD = 5;

    /**
     * The shortest heartbeat of connections to the broker of this process: it cannot freeze alone, and with hundreds of
     * workers their heartbeats are most of what an idle process does.
     */
    private static final Duration LEAST_HEARTBEAT_WITHIN = Duration.ofMinutes(1);

    /** How long the broker may take to answer the farewell of the first connection. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** An embedded broker that is made beside what the caller goes on with, and that nobody notices yet. */
    public static final class Preparation implements AutoCloseable {
        private final CompletableFuture<EmbeddedBroker> broker;

        private Preparation(CompletableFuture<EmbeddedBroker> broker) {
            this.broker = broker;
        }

        private EmbeddedBroker take() {
            return Background.join(broker);
        }

        /** Ends what was made. */
        @Override
        public void close() {
            broker.thenAccept(EmbeddedBroker::close);
        }
    }

    /** Begins to make the embedded broker; nothing if the broker is elsewhere, or has a folder that would be claimed. */
    public static Optional<Preparation> prepare(Settings settings) {
        if (!settings.get(Setting.BROKER).isEmpty()) {
            return Optional.empty();
        }
        boolean inMemory = settings.get(Setting.EMBEDDED_STORE) == null;
        CompletableFuture<EmbeddedBroker> broker = Background.start("kuteng-broker-prepare", () -> {
            if (inMemory) {
                return EmbeddedBroker.open(options(settings, true));
            }
            EmbeddedBroker.prepare();
            return null;
        });
        return inMemory ? Optional.of(new Preparation(broker)) : Optional.empty();
    }

    /**
     * Starts the embedded broker, or waits until the other one can be reached.
     *
     * @param prepared what {@link #prepare} began
     * @param goOn asked before each attempt to reach the broker
     * @throws BrokerException if the broker refuses the connection in a way that a person must mend, also when tried a
     *     few times
     * @throws org.kuteng.broker.EmbeddedBrokerException if the embedded broker cannot start
     */
    public static BrokerInUse start(Settings settings, Optional<Preparation> prepared, BooleanSupplier goOn) {
        List<BrokerUri> nodes = settings.get(Setting.BROKER);
        if (nodes.isEmpty()) {
            EmbeddedBroker embedded = prepared.isPresent()
                    ? listening(prepared.get().take())
                    : EmbeddedBroker.start(options(settings, true));
            tell(embedded, settings);
            return new BrokerInUse(new Broker(within(settings, embedded)), embedded);
        }
        Broker broker = new Broker(connection(settings, nodes));
        Connection probe = broker.openPatiently("kuteng", null, goOn);
        if (probe == null) {
            return new BrokerInUse(null, null);
        }
        Broker.leave(probe, FAREWELL);
        LOG.info("{}", broker.describe());
        return new BrokerInUse(broker, null);
    }

    /**
     * The broker that the settings name; it is not asked whether it is there.
     *
     * @param embedded what to tell a user whose settings name none
     * @throws ConfigurationException if they name none
     */
    public static Broker elsewhere(Settings settings, String embedded) {
        List<BrokerUri> nodes = settings.get(Setting.BROKER);
        if (nodes.isEmpty()) {
            throw new ConfigurationException(embedded);
        }
        return new Broker(connection(settings, nodes));
    }

    /**
     * Starts the embedded broker and says where it listens.
     *
     * @param anyPort whether a free port is taken when the wanted one is taken
     */
    public static EmbeddedBroker startEmbedded(Settings settings, boolean anyPort) {
        EmbeddedBroker embedded = EmbeddedBroker.start(options(settings, anyPort));
        tell(embedded, settings);
        return embedded;
    }

    private static EmbeddedBroker.Options options(Settings settings, boolean anyPort) {
        return new EmbeddedBroker.Options(
                settings.get(Setting.EMBEDDED_PORT), anyPort, settings.get(Setting.EMBEDDED_STORE), null, null, null);
    }

    private static EmbeddedBroker listening(EmbeddedBroker embedded) {
        embedded.listen();
        return embedded;
    }

    private static void tell(EmbeddedBroker embedded, Settings settings) {
        int wanted = settings.get(Setting.EMBEDDED_PORT);
        Path store = settings.get(Setting.EMBEDDED_STORE);
        LOG.info(
                "embedded broker on {} ({}{})",
                uri(embedded).address(),
                store == null ? "in memory" : "stored in " + store,
                wanted != 0 && embedded.port() != wanted ? "; port " + wanted + " was taken" : "");
    }

    /** How clients reach an embedded broker. */
    public static BrokerUri uri(EmbeddedBroker embedded) {
        String name = EmbeddedBroker.DEFAULT_NAME;
        return new BrokerUri(false, EmbeddedBroker.HOST, embedded.port(), name, name, name);
    }

    private static ConnectionSettings within(Settings settings, EmbeddedBroker embedded) {
        Duration heartbeat = settings.get(Setting.HEARTBEAT);
        boolean often = !heartbeat.isZero() && heartbeat.compareTo(LEAST_HEARTBEAT_WITHIN) < 0;
        return connection(settings, List.of(uri(embedded)), often ? LEAST_HEARTBEAT_WITHIN : heartbeat);
    }

    private static ConnectionSettings connection(Settings settings, List<BrokerUri> nodes) {
        return connection(settings, nodes, settings.get(Setting.HEARTBEAT));
    }

    private static ConnectionSettings connection(Settings settings, List<BrokerUri> nodes, Duration heartbeat) {
        return new ConnectionSettings(
                nodes,
                settings.get(Setting.CA_FILE),
                settings.get(Setting.VERIFY_HOST_NAME),
                heartbeat,
                settings.get(Setting.CONNECT_TIMEOUT),
                settings.get(Setting.RETRY_DELAY),
                settings.get(Setting.MESSAGE_MAX_SIZE));
    }

    /** Ends the embedded broker, and says which messages end with it; nothing if the broker is elsewhere. */
    @Override
    public void close() {
        if (embedded != null) {
            close(embedded);
        }
    }

    /** Ends an embedded broker, and says which messages end with it. */
    public static void close(EmbeddedBroker embedded) {
        try {
            SortedMap<String, Long> lost = embedded.endingWithIt();
            if (!lost.isEmpty()) {
                LOG.warn("{}", loss(lost, embedded.isStored()));
            }
        } catch (RuntimeException e) {
            LOG.debug("cannot tell which messages end with the embedded broker", e);
        }
        embedded.close();
    }

    private static String loss(SortedMap<String, Long> lost, boolean stored) {
        long count = lost.values().stream().mapToLong(Long::longValue).sum();
        String messages = count == 1 ? "1 message" : count + " messages";
        String where = lost.entrySet().stream()
                .limit(QUEUES_TOLD)
                .map(queue -> queue.getKey() + " " + queue.getValue())
                .collect(Collectors.joining(", "));
        int more = lost.size() - QUEUES_TOLD;
        String what = messages + " (" + where + (more > 0 ? ", and " + more + " more queues" : "") + ")";
        return stored
                ? "the embedded broker ends, and with it " + what + " that the store does not keep, since they or their"
                        + " queue are transient (kuteng.queue.type)"
                : "the embedded broker ends, and with it " + what + " that it held in memory; "
                        + Setting.EMBEDDED_STORE.key() + "=FOLDER keeps them";
    }
}
