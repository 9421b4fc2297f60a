package org.kuteng.broker;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultSaslConfig;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.SocketConfigurators;
import com.rabbitmq.client.impl.DefaultExceptionHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The broker as the rest of the project sees it: something that opens named connections. It does not recover a
 * connection that broke; whoever holds it asks for a new one.
 */
public class Broker {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.broker");

    /** A request (declare, consume, close) that the broker does not answer in this time fails. */
    private static final Duration RPC_TIMEOUT = Duration.ofSeconds(10);

    /**
     * How often the first connection of this process is tried when the broker refuses it in a way that a person must
     * mend. Later ones are tried until they succeed.
     */
    private static final int FIRST_TRIES = 3;

    /** How long a node that was lost is tried after the others. */
    private static final Duration AVOIDANCE = Duration.ofMinutes(1);

    /**
     * Sends the heartbeats of all connections that consume, so that each of them has a thread less. A heartbeat waits
     * only on a connection whose other writes wait too: those for sending, which may have much to write, have one each.
     */
    private static final ScheduledThreadPoolExecutor HEARTBEATS = heartbeats();

    private static final int HEARTBEAT_THREADS = 4;

    private final ConnectionSettings settings;
    private final SSLContext tls;
    private final Links links;
    private final Outage outage;

    /** When a node was last lost, in terms of {@link System#nanoTime()}. */
    private final Map<BrokerUri, Long> lost = new ConcurrentHashMap<>();

    private volatile boolean everConnected;

    /** Held by the one thread that tries to reach a broker that is away. */
    private final ReentrantLock attempt = new ReentrantLock();

    /** Guards what follows; never held during I/O, so that whoever stops does not wait for an attempt. */
    private final ReentrantLock waiting = new ReentrantLock();

    private final Condition changed = waiting.newCondition();

    /** While the broker is away: when it is tried next, in terms of {@link System#nanoTime()}. */
    private long nextAttempt;

    /** How often in a row the first connection was refused in a way that a person must mend. */
    private int refusals;

    public Broker(ConnectionSettings settings) {
        this(settings, settings.largestBodyHeld());
    }

    /** @param largestBody the largest body in bytes that is held */
    Broker(ConnectionSettings settings, int largestBody) {
        this.settings = settings;
        this.tls = settings.nodes().get(0).tls() ? Tls.context(settings.caFile()) : null;
        this.links = configured(new Links(tls == null ? null : tls.getSocketFactory(), largestBody));
        this.outage = new Outage(settings.retryDelay());
    }

    /** Where the broker is, without the password: for messages. */
    public String describe() {
        return settings.nodes().stream().map(BrokerUri::toString).collect(Collectors.joining(", "));
    }

    /** How the broker is reached. */
    public ConnectionSettings settings() {
        return settings;
    }

    /**
     * Opens a connection; tries each node once, in random order, those that were lost lately last.
     *
     * @param name shown on RabbitMQ's page of connections
     * @param executor runs the callbacks of consumers; null: none will consume
     * @throws BrokerException if no node gives a connection
     */
    public Connection open(String name, ExecutorService executor) {
        Link.Reads reads = executor instanceof BetweenReads betweenReads ? betweenReads.reads() : Link.Reads.NOBODY;
        Map<BrokerUri, Exception> failures = new LinkedHashMap<>();
        for (BrokerUri node : nodesByHealth()) {
            Links connecting = links.of(reads, () -> noteLoss(node));
            if (executor != null) {
                connecting.setHeartbeatExecutor(HEARTBEATS);
            }
            List<Address> address = List.of(new Address(node.host(), node.port()));
            try {
                Connection connection = executor == null
                        ? connecting.newConnection(address, name)
                        : connecting.newConnection(executor, address, name);
                everConnected = true;
                return connection;
            } catch (IOException | TimeoutException | ShutdownSignalException e) {
                noteLoss(node);
                failures.put(node, e);
            }
        }
        throw BrokerFaults.ofConnecting(failures);
    }

    private List<BrokerUri> nodesByHealth() {
        List<BrokerUri> nodes = new ArrayList<>(settings.nodes());
        Collections.shuffle(nodes);
        long now = System.nanoTime();
        lost.values().removeIf(when -> now - when > AVOIDANCE.toNanos());
        Map<BrokerUri, Long> lostNow = Map.copyOf(lost);
        // the longest ago first; a sort is stable
        nodes.sort(Comparator.comparingLong(
                node -> lostNow.containsKey(node) ? lostNow.get(node) - now : -Long.MAX_VALUE));
        return nodes;
    }

    private void noteLoss(BrokerUri node) {
        lost.put(node, System.nanoTime());
    }

    /**
     * Has other nodes tried before the one of this connection for the next minute: for a node that answers but does not
     * do what is asked. Nothing if it is the only one.
     */
    public static void avoid(Connection connection) {
        Link link = Link.of(connection);
        if (link != null) {
            link.markLost();
        }
    }

    /**
     * Opens a connection; while there is none to be had, tries again after a pause that grows up to ten times {@code
     * kuteng.broker.retryDelay}. However many wait, there is one attempt a pause. The log says when the broker is away,
     * when the reason changes, and when it is back.
     *
     * @param goOn asked before each attempt
     * @return null if {@code goOn} said no before there was a connection, or if the thread was interrupted
     * @throws BrokerException if this process was never connected and the broker refuses it in a way that a person has
     *     to mend, also when tried a few times
     */
    public Connection openPatiently(String name, ExecutorService executor, BooleanSupplier goOn) {
        try {
            while (awaitNextAttempt(goOn)) {
                if (!outage.isOn()) {
                    Connection connection = tryToOpen(name, executor);
                    if (connection != null) {
                        return connection;
                    }
                    continue;
                }
                attempt.lockInterruptibly();
                try {
                    // another one may have tried in vain meanwhile
                    Connection connection = pauseLeft() > 0 ? null : tryToOpen(name, executor);
                    if (connection != null) {
                        return connection;
                    }
                } finally {
                    attempt.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return null;
    }

    private boolean awaitNextAttempt(BooleanSupplier goOn) throws InterruptedException {
        waiting.lock();
        try {
            while (goOn.getAsBoolean()) {
                long left = left();
                if (left <= 0) {
                    return true;
                }
                changed.awaitNanos(left);
            }
            return false;
        } finally {
            waiting.unlock();
        }
    }

    private long pauseLeft() {
        waiting.lock();
        try {
            return left();
        } finally {
            waiting.unlock();
        }
    }

    /** With {@link #waiting} held. */
    private long left() {
        return outage.isOn() ? nextAttempt - System.nanoTime() : 0;
    }

    private Connection tryToOpen(String name, ExecutorService executor) {
        try {
            String what = everConnected ? "reconnected" : "connected";
            Connection connection = open(name, executor);
            outage.over()
                    .ifPresent(lasted ->
                            LOG.info("{} to the broker at {} after {}", what, addresses(), Outage.text(lasted)));
            wakeWaiting();
            return connection;
        } catch (BrokerException e) {
            failed(e);
            LOG.debug("the attempt failed with", e);
            return null;
        }
    }

    private void failed(BrokerException e) {
        boolean first = !everConnected && e.needsPerson();
        Optional<String> line;
        boolean enough;
        waiting.lock();
        try {
            boolean beganWithOthers = outage.isOn() && !attempt.isHeldByCurrentThread();
            if (beganWithOthers) {
                // one pause and one line for those who found out at the same time
                return;
            }
            line = outage.failed(e.getMessage());
            refusals = first ? refusals + 1 : 0;
            enough = refusals >= FIRST_TRIES;
            Duration pause = first ? settings.retryDelay() : outage.pause();
            nextAttempt = System.nanoTime() + pause.toNanos();
            changed.signalAll();
        } finally {
            waiting.unlock();
        }
        line.ifPresent(
                text -> LOG.atLevel(e.needsPerson() ? Level.ERROR : Level.WARN).log("{}", text));
        if (enough) {
            throw e;
        }
    }

    /** Lets those who wait for the broker ask at once whether they are to go on. */
    public void wakeWaiting() {
        waiting.lock();
        try {
            changed.signalAll();
        } finally {
            waiting.unlock();
        }
    }

    /**
     * From now on a message that is written to this connection is sent by {@link #send} or {@link #sendSoon}, which
     * whoever writes it has to call; all else is sent at once. Without this call, and on connections that were not opened
     * here, messages are sent as they are written.
     */
    public static void gatherMessages(Connection connection) {
        Link link = Link.of(connection);
        if (link != null) {
            link.gatherMessages();
        }
    }

    /**
     * Sends the messages that were written to a connection.
     *
     * @throws IOException if the connection is lost
     */
    public static void send(Connection connection) throws IOException {
        Link link = Link.of(connection);
        if (link != null) {
            link.send();
        }
    }

    /**
     * Sends the messages that were written to a connection within a moment; if it is lost by then, it is cut.
     *
     * @throws IOException if it is lost
     */
    public static void sendSoon(Connection connection) throws IOException {
        Link link = Link.of(connection);
        if (link != null) {
            link.sendSoon();
        }
    }

    /**
     * Ends a connection without a farewell, and returns at once: also when the broker is frozen and a thread is stuck in
     * a write, where {@link Connection#abort()} would wait for it. Whoever uses the connection sees it as lost.
     */
    public static void cut(Connection connection) {
        Link link = Link.of(connection);
        if (link == null) {
            connection.abort(1);
        } else {
            link.cut();
        }
    }

    /**
     * Ends a connection with a farewell; if that takes too long, without.
     *
     * @param atMost how long the broker may take; more than zero
     */
    public static void leave(Connection connection, Duration atMost) {
        CompletableFuture<Void> impatience = CompletableFuture.runAsync(
                () -> cut(connection),
                CompletableFuture.delayedExecutor(atMost.toMillis(), TimeUnit.MILLISECONDS, Runnable::run));
        try {
            connection.abort((int) atMost.toMillis());
        } finally {
            impatience.cancel(false);
        }
    }

    /**
     * How many bytes the body of a message has that arrived empty, since it is larger than this process can hold ({@link
     * ConnectionSettings#largestBodyHeld()}); empty for any other message. The message is still with the broker, and as
     * unacknowledged as any other.
     *
     * @param channel the one it arrived on
     */
    public static OptionalLong oversized(Channel channel, long deliveryTag) {
        Link link = Link.of(channel.getConnection());
        return link == null ? OptionalLong.empty() : link.largeBodies().size(channel.getChannelNumber(), deliveryTag);
    }

    /** A copy of the client library's own factory, for code that manages its connections itself. */
    public ConnectionFactory clientFactory() {
        ConnectionFactory factory = configured(new ConnectionFactory());
        factory.setMaxInboundMessageBodySize(settings.largestBodyHeld());
        return factory;
    }

    /** The nodes as {@code host:port}, comma-separated. */
    public String addresses() {
        return settings.nodes().stream().map(BrokerUri::address).collect(Collectors.joining(","));
    }

    private <F extends ConnectionFactory> F configured(F factory) {
        BrokerUri first = settings.nodes().get(0);
        factory.setHost(first.host());
        factory.setPort(first.port());
        factory.setUsername(first.user());
        factory.setPassword(first.password());
        factory.setVirtualHost(first.virtualHost());
        factory.setSaslConfig(DefaultSaslConfig.PLAIN);
        factory.setRequestedHeartbeat((int) settings.heartbeat().toSeconds());
        factory.setConnectionTimeout((int) settings.connectTimeout().toMillis());
        factory.setHandshakeTimeout((int) settings.connectTimeout().toMillis());
        factory.setChannelRpcTimeout((int) RPC_TIMEOUT.toMillis());
        // the holder of a connection recovers it: only he knows what is unconfirmed or in hand
        factory.setAutomaticRecoveryEnabled(false);
        factory.setTopologyRecoveryEnabled(false);
        factory.setThreadFactory(new DaemonThreads("kuteng-amqp-"));
        factory.setExceptionHandler(new LoggingExceptionHandler());
        Map<String, Object> properties = new HashMap<>(factory.getClientProperties());
        properties.put("product", "kuteng");
        properties.remove("copyright");
        properties.remove("information");
        factory.setClientProperties(properties);
        if (tls != null) {
            factory.useSslProtocol(tls);
            // which has the host name checked
            if (!settings.verifyHostName()) {
                factory.setSocketConfigurator(SocketConfigurators.defaultConfigurator());
            }
        }
        return factory;
    }

    private static ScheduledThreadPoolExecutor heartbeats() {
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(HEARTBEAT_THREADS, new DaemonThreads("kuteng-heartbeat-"));
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    /** The client's own threads must not keep the JVM alive after main has ended. */
    private static final class DaemonThreads implements java.util.concurrent.ThreadFactory {
        private final String prefix;
        private final AtomicInteger count = new AtomicInteger();

        DaemonThreads(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public Thread newThread(Runnable task) {
            Thread thread = new Thread(task, prefix + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        }
    }

    /** A connection that broke is told once by who holds it; a listener that throws is a fault of ours. */
    private static final class LoggingExceptionHandler extends DefaultExceptionHandler {
        @Override
        public void handleUnexpectedConnectionDriverException(Connection connection, Throwable exception) {
            LOG.debug("connection {} broke", connection, exception);
        }

        @Override
        protected void log(String message, Throwable e) {
            LOG.error("{}: {}", message, e.toString(), e);
        }
    }
}
