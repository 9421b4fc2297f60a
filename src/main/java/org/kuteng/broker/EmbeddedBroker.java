package org.kuteng.broker;

import java.nio.file.Path;
import java.util.Objects;
import java.util.SortedMap;

/**
 * An AMQP 0-9-1 broker inside this process, so that a work queue can be tried with nothing installed: Apache Qpid
 * Broker-J, listening on {@value #HOST} only.
 *
 * <p>Close it after everything that uses it: closing it under a running Camel context makes the routes lose their
 * broker in the middle of their work. It adds no JVM shutdown hook of its own.
 */
public final class EmbeddedBroker implements AutoCloseable {

    /** The only address it listens on: it is meant for the programs of one machine. */
    public static final String HOST = "127.0.0.1";

    /** Port that RabbitMQ clients expect when none is named. */
    public static final int DEFAULT_PORT = 5672;

    /** User, password and virtual host when the options name none. */
    public static final String DEFAULT_NAME = "kuteng";

    /** Wanted port that means: any free one. */
    public static final int ANY_PORT = 0;

    private final Options options;
    private final QpidBroker qpid;
    private final StoreFolder store;

    private EmbeddedBroker(Options options, QpidBroker qpid, StoreFolder store) {
        this.options = options;
        this.qpid = qpid;
        this.store = store;
    }

    /**
     * What an embedded broker is started with.
     *
     * @param port wanted TCP port, {@value #ANY_PORT} takes any free one
     * @param fallbackToFreePort what happens when the wanted port is taken: true takes a free one instead (ask
     *     {@link EmbeddedBroker#port()} which), false makes the start fail
     * @param store folder that keeps durable queues and persistent messages over a restart, made when it is missing;
     *     null keeps everything in memory and leaves nothing on disk
     * @param user name that clients log in with; null means {@value EmbeddedBroker#DEFAULT_NAME}
     * @param password password of that user; null means {@value EmbeddedBroker#DEFAULT_NAME}
     * @param virtualHost the one virtual host; null means {@value EmbeddedBroker#DEFAULT_NAME}
     */
    public record Options(
            int port, boolean fallbackToFreePort, Path store, String user, String password, String virtualHost) {

        public Options {
            user = Objects.requireNonNullElse(user, DEFAULT_NAME);
            password = Objects.requireNonNullElse(password, DEFAULT_NAME);
            virtualHost = Objects.requireNonNullElse(virtualHost, DEFAULT_NAME);
        }

        /** In memory, on port {@value EmbeddedBroker#DEFAULT_PORT} or, when that is taken, on a free one. */
        public static Options defaults() {
            return new Options(DEFAULT_PORT, true, null, null, null, null);
        }

        /** The same with another wanted port; {@value EmbeddedBroker#ANY_PORT} takes any free one. */
        public Options withPort(int wanted) {
            return new Options(wanted, fallbackToFreePort, store, user, password, virtualHost);
        }

        /** The same, but a wanted port that is taken makes the start fail. */
        public Options withoutFallback() {
            return new Options(port, false, store, user, password, virtualHost);
        }

        /** The same with a store folder; null keeps everything in memory. */
        public Options withStore(Path folder) {
            return new Options(port, fallbackToFreePort, folder, user, password, virtualHost);
        }

        /** The same with another virtual host; null means {@value EmbeddedBroker#DEFAULT_NAME}. */
        public Options withVirtualHost(String name) {
            return new Options(port, fallbackToFreePort, store, user, password, name);
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "Options[port=" + port + ", fallbackToFreePort=" + fallbackToFreePort + ", store=" + store
                    + ", user=" + user + ", virtualHost=" + virtualHost + "]";
        }
    }

    /** Loads what a broker consists of, which is half of what its start takes. Nothing is opened, nothing runs on. */
    public static void prepare() {
        QpidBroker.prepare();
    }

    /**
     * Makes a broker that listens nowhere yet: nobody notices it, unless by its store folder.
     *
     * @throws EmbeddedBrokerException when the store folder cannot be used, or when the broker itself fails
     */
    public static EmbeddedBroker open(Options options) {
        StoreFolder store = options.store() == null ? null : StoreFolder.claim(options.store());
        try {
            return new EmbeddedBroker(options, QpidBroker.open(options), store);
        } catch (RuntimeException e) {
            if (store != null) {
                store.release();
            }
            throw e;
        }
    }

    /**
     * Lets clients in; returns when they can connect. Call it once.
     *
     * @throws EmbeddedBrokerException when the wanted port is taken and no other may be used; the broker is closed then
     */
    public void listen() {
        try {
            listenSomewhere();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void listenSomewhere() {
        int port = PortProbe.choose(options.port(), options.fallbackToFreePort());
        try {
            qpid.listen(port);
        } catch (EmbeddedBrokerException e) {
            boolean taken = PortProbe.choose(port, options.fallbackToFreePort()) != port;
            if (!taken) {
                throw e;
            }
            // another program took the port after it was looked at
            qpid.listen(ANY_PORT);
        }
    }

    /**
     * Makes a broker and lets clients in.
     *
     * @throws EmbeddedBrokerException as {@link #open} and {@link #listen} do
     */
    public static EmbeddedBroker start(Options options) {
        // before a store is opened for nothing
        PortProbe.choose(options.port(), options.fallbackToFreePort());
        EmbeddedBroker broker = open(options);
        broker.listen();
        return broker;
    }

    /** Whether durable queues and their persistent messages outlast it. */
    public boolean isStored() {
        return store != null;
    }

    /** The TCP port that it listens on. */
    public int port() {
        return qpid.port();
    }

    /**
     * How many messages end with this broker if it is closed now: with a store, those that are not persistent or lie in
     * a queue that is not durable; without one, all. Queues that are exclusive to a client do not count.
     *
     * @return by the names of their queues; empty if none would be lost, or the broker is closed
     */
    public SortedMap<String, Long> endingWithIt() {
        return qpid.endingWithIt(store != null);
    }

    /**
     * Closes all connections and stops. What is in memory is gone; with a store, durable queues and their persistent
     * messages are there again at the next start. Calling it again does nothing.
     */
    @Override
    public void close() {
        qpid.close();
        if (store != null) {
            store.release();
        }
    }
}
