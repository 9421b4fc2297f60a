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
 * @param heartbeat a connection that is silent for a bit more than twice as long is lost; zero: never
 * @param connectTimeout how long one node may take to answer before the next is tried
 * @param retryDelay the pause after the first failed attempt to reach the broker; the next ones grow up to ten times as
 *     long
 * @param maxMessageSize the largest body in bytes that is sent, and that is worked on when it arrives
 */
public record ConnectionSettings(
        List<BrokerUri> nodes,
        Path caFile,
        boolean verifyHostName,
        Duration heartbeat,
        Duration connectTimeout,
        Duration retryDelay,
        int maxMessageSize) {

    /** A frozen node is found after 11 seconds; a pause of garbage collection is far shorter. */
    public static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(5);

    /** A broker on another continent answers within it; a host that drops packets is given up after it. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Back within a second or two of a broker that restarts quickly. */
    public static final Duration DEFAULT_RETRY_DELAY = Duration.ofSeconds(1);

    /** The default of the largest body, however large the heap is. */
    private static final int LARGEST_DEFAULT_SIZE = 64 << 20;

    /** A body is in memory several times: as it was read, as it is worked on, and as it is sent on. */
    private static final int DEFAULT_SHARE_OF_HEAP = 8;

    /** A larger body is not kept even to be buried: it is in memory twice while its parts are joined. */
    private static final int HELD_SHARE_OF_HEAP = 4;

    /** As many bytes as an array can have, or nearly. */
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 64;

    public ConnectionSettings {
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("no broker node");
        }
    }

    /** The defaults, for one node. */
    public static ConnectionSettings of(BrokerUri node) {
        return new ConnectionSettings(
                List.of(node),
                null,
                true,
                DEFAULT_HEARTBEAT,
                DEFAULT_CONNECT_TIMEOUT,
                DEFAULT_RETRY_DELAY,
                defaultMaxMessageSize());
    }

    /** In bytes: 64 MiB, or an eighth of the heap if that is less. */
    public static int defaultMaxMessageSize() {
        return (int) Math.min(LARGEST_DEFAULT_SIZE, Runtime.getRuntime().maxMemory() / DEFAULT_SHARE_OF_HEAP);
    }

    /**
     * In bytes: a larger body is read past, and its message arrives empty (see {@link Broker#oversized}). A body between
     * {@link #maxMessageSize} and this one arrives whole.
     */
    public int largestBodyHeld() {
        long held = Runtime.getRuntime().maxMemory() / HELD_SHARE_OF_HEAP;
        return (int) Math.min(LARGEST_ARRAY, Math.max(held, maxMessageSize));
    }
}
