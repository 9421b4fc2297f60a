package org.kuteng.broker;

import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.server.model.ConfiguredObject;
import org.apache.qpid.server.model.Port;
import org.apache.qpid.server.model.State;
import org.apache.qpid.server.model.SystemConfig;

/** What Qpid is told at its start: one user, one port on loopback, one virtual host, and the settings that it needs. */
final class QpidConfiguration {

    /** The time-to-live that Qpid gives a message at least; see {@link #context}. */
    private static final String SHORTEST_MESSAGE_TTL_MILLIS = "86400000";

    /** The share of the heap that the messages of one queue may take before its producers are held up. */
    private static final long HEAP_SHARE_OF_A_QUEUE = 8;

    /**
     * The share that those of all queues may take. Bodies lie outside the heap, in memory that is as large by default and
     * that the network needs too: without it, nobody can connect any more.
     */
    private static final long HEAP_SHARE_OF_ALL = 2;

    /** The share that a queue may take in any case: else a worker could not send on what it takes from a full one. */
    private static final long HEAP_SHARE_OF_ANY = 256;

    /** What a waiting message takes of the heap beside its body and headers, which alone Qpid counts. */
    private static final long HEAP_BYTES_A_MESSAGE = 640;

    /** Channels that one connection may open: what RabbitMQ offers. */
    private static final String CHANNELS_A_CONNECTION = "2047";

    /** The highest prefetch count there is. */
    private static final String CREDIT_AT_ONCE = "65535";

    /** Threads that read, write and, with a store, wait for the disk; Qpid would start 64, eight of them selectors. */
    private static final String IO_THREADS = "16";

    private static final String SELECTORS = "2";

    private static final String IN_MEMORY = "embedded-memory.json";
    private static final String IN_STORE = "embedded-store.json";

    private QpidConfiguration() {}

    /** The attributes of Qpid's system configuration. */
    static Map<String, Object> attributes(EmbeddedBroker.Options options) {
        String file = options.store() == null ? IN_MEMORY : IN_STORE;
        Map<String, Object> attributes = new HashMap<>();
        attributes.put(SystemConfig.TYPE, "Memory");
        attributes.put(SystemConfig.STARTUP_LOGGED_TO_SYSTEM_OUT, false);
        attributes.put("preferenceStoreAttributes", Map.of("type", "Noop"));
        attributes.put(
                SystemConfig.INITIAL_CONFIGURATION_LOCATION,
                // a URL that Java itself can open: Qpid's own schemes need a handler on the system class path, which
                // a build tool that runs the program in its own process has not
                QpidConfiguration.class.getResource(file).toString());
        attributes.put(ConfiguredObject.CONTEXT, context(options));
        return attributes;
    }

    /** How much may wait in all queues together. */
    static SharedRoom sharedRoom(EmbeddedBroker.Options options) {
        long heap = Runtime.getRuntime().maxMemory();
        // a store takes bodies to the disk when memory runs short
        long bytes = options.store() == null ? heap / HEAP_SHARE_OF_ALL : Long.MAX_VALUE;
        return new SharedRoom(
                new SharedRoom.Room(heap / HEAP_SHARE_OF_ALL / HEAP_BYTES_A_MESSAGE, bytes),
                new SharedRoom.Room(heap / HEAP_SHARE_OF_ANY / HEAP_BYTES_A_MESSAGE, heap / HEAP_SHARE_OF_ANY));
    }

    /** What lets the port, which rests at first, listen. */
    static Map<String, Object> listening(int port) {
        return Map.of(Port.PORT, port, ConfiguredObject.DESIRED_STATE, State.ACTIVE);
    }

    private static Map<String, String> context(EmbeddedBroker.Options options) {
        Map<String, String> context = new HashMap<>();
        context.put("kuteng.host", EmbeddedBroker.HOST);
        context.put("kuteng.user", literal(options.user()));
        context.put("kuteng.password", literal(options.password()));
        context.put("kuteng.virtualHost", literal(options.virtualHost()));
        context.put(
                "kuteng.store",
                options.store() == null
                        ? ""
                        : literal(options.store().toAbsolutePath().toString()));

        // at its default of 5 GB the store would not start on a small disk
        context.put("je.freeDisk", Long.toString(StoreFolder.FREE_DISK));
        context.put("broker.failStartupWithErroredChild", "true");
        // arguments that only RabbitMQ knows must not end the connection of a program that was written for it
        context.put("queue.behaviourOnUnknownDeclareArgument", "IGNORE");
        context.put("exchange.behaviourOnUnknownDeclareArgument", "IGNORE");
        // else reject and nack without requeue put the message back on the queue, for ever
        context.put("queue.maximumDeliveryAttempts", "1");
        context.put("queue.defaultExpiryPolicy", "ROUTE_TO_ALTERNATE");
        // the expiration of a message is taken as a point in time: without this, it expires at once
        context.put("queue.minimumMessageTtl", SHORTEST_MESSAGE_TTL_MILLIS);
        context.put("queue.defaultOverflowPolicy", "PRODUCER_FLOW_CONTROL");
        long heapOfAQueue = Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_A_QUEUE;
        context.put("queue.defaultMaximumQueueDepthBytes", Long.toString(heapOfAQueue));
        context.put("queue.defaultMaximumQueueDepthMessages", Long.toString(heapOfAQueue / HEAP_BYTES_A_MESSAGE));
        context.put("virtualhost.housekeepingCheckPeriod", Long.toString(HouseKeeping.NOT_YET));
        context.put("qpid.port.sessionCountLimit", CHANNELS_A_CONNECTION);
        // above this (100 by default) Qpid sends nothing more before a tenth of the prefetch count is acknowledged
        context.put("connection.high_prefetch_limit", CREDIT_AT_ONCE);
        context.put("virtualhost.connectionThreadPool.size", IO_THREADS);
        context.put("virtualhost.connectionThreadPool.numberOfSelectors", SELECTORS);
        return context;
    }

    /**
     * Keeps Qpid from reading a variable into a value of the user's: it expands twice, the variable's value and the
     * attribute that names the variable.
     */
    private static String literal(String value) {
        return value.replace("$", "$$$$");
    }
}
