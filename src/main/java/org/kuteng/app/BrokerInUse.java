package org.kuteng.app;

import com.rabbitmq.client.Connection;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
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

    /**
     * Loads, beside what the caller goes on with, what an embedded broker consists of; nothing if the broker is
     * elsewhere. Nothing is opened, so that nothing has to be closed.
     */
    public static void prepare(Settings settings) {
        if (settings.get(Setting.BROKER).isEmpty()) {
            Thread thread = new Thread(EmbeddedBroker::prepare, "kuteng-broker-prepare");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /**
     * Starts the embedded broker, or waits until the other one can be reached.
     *
     * @param goOn asked before each attempt to reach the broker
     * @throws BrokerException if the broker refuses
     * @throws org.kuteng.broker.EmbeddedBrokerException if the embedded broker cannot start
     */
    public static BrokerInUse start(Settings settings, BooleanSupplier goOn) {
        List<BrokerUri> nodes = settings.get(Setting.BROKER);
        if (nodes.isEmpty()) {
            EmbeddedBroker embedded = startEmbedded(settings, true);
            return new BrokerInUse(new Broker(connection(settings, List.of(uri(embedded)))), embedded);
        }
        Broker broker = new Broker(connection(settings, nodes));
        Connection probe = broker.openPatiently("kuteng", null, goOn);
        if (probe == null) {
            return new BrokerInUse(null, null);
        }
        probe.abort();
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
        int wanted = settings.get(Setting.EMBEDDED_PORT);
        Path store = settings.get(Setting.EMBEDDED_STORE);
        EmbeddedBroker embedded =
                EmbeddedBroker.start(new EmbeddedBroker.Options(wanted, anyPort, store, null, null, null));
        LOG.info(
                "embedded broker on {} ({}{})",
                uri(embedded).address(),
                store == null ? "in memory" : "stored in " + store,
                wanted != 0 && embedded.port() != wanted ? "; port " + wanted + " was taken" : "");
        return embedded;
    }

    /** How clients reach an embedded broker. */
    public static BrokerUri uri(EmbeddedBroker embedded) {
        String name = EmbeddedBroker.DEFAULT_NAME;
        return new BrokerUri(false, EmbeddedBroker.HOST, embedded.port(), name, name, name);
    }

    private static ConnectionSettings connection(Settings settings, List<BrokerUri> nodes) {
        return new ConnectionSettings(
                nodes,
                settings.get(Setting.CA_FILE),
                settings.get(Setting.VERIFY_HOST_NAME),
                settings.get(Setting.HEARTBEAT),
                settings.get(Setting.CONNECT_TIMEOUT),
                settings.get(Setting.RETRY_DELAY));
    }

    /** Ends the embedded broker; nothing if the broker is elsewhere. */
    @Override
    public void close() {
        if (embedded != null) {
            embedded.close();
        }
    }
}
