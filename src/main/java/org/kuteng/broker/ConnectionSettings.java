package org.kuteng.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How to reach the broker.
 *
 * @param nodes the nodes of the broker, in the order in which they are tried; at least one
 * @param caFile certificates (PEM) of the authorities to trust with TLS; null: those that the JVM trusts
 * @param verifyHostName whether the certificate has to be made out for the host of the URI
 * @param heartbeat how long a silent connection is taken to be alive; zero: for ever
 * @param connectTimeout how long one node may take to answer before the next is tried
 * @param retryDelay the pause between two attempts to reach a broker that is away
 */
public record ConnectionSettings(
        List<BrokerUri> nodes,
        Path caFile,
        boolean verifyHostName,
        Duration heartbeat,
        Duration connectTimeout,
        Duration retryDelay) {

    /** Long enough for a pause of garbage collection, short enough that half-open connections are found soon. */
    public static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(15);

    /** A broker in another continent answers within it; a host that drops packets is given up after it. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** One line a second in the log while the broker is away, and back within two seconds of the broker. */
    public static final Duration DEFAULT_RETRY_DELAY = Duration.ofSeconds(1);

    public ConnectionSettings {
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("no broker node");
        }
    }

    /** The defaults, for one node. */
    public static ConnectionSettings of(BrokerUri node) {
        return new ConnectionSettings(
                List.of(node), null, true, DEFAULT_HEARTBEAT, DEFAULT_CONNECT_TIMEOUT, DEFAULT_RETRY_DELAY);
    }
}
