package org.kuteng.broker;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultSaslConfig;
import com.rabbitmq.client.impl.DefaultExceptionHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker as the rest of the project sees it: something that opens named connections. It does not recover a
 * connection that broke; who holds it asks for a new one.
 */
public class Broker {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.broker");

    /** Requests (declare, cancel, close) that the broker does not answer in this time fail. */
    private static final Duration RPC_TIMEOUT = Duration.ofSeconds(15);

    private final ConnectionSettings settings;
    private final ConnectionFactory factory;

    /** Held by the one thread that tries to reach the broker. */
    private final ReentrantLock attempt = new ReentrantLock();

    /** Guards what follows; never held during I/O, so that whoever stops does not wait for an attempt. */
    private final ReentrantLock waiting = new ReentrantLock();

    private final Condition changed = waiting.newCondition();
    private boolean away;

    /** While the broker is away: when it is tried next, in terms of {@link System#nanoTime()}. */
    private long nextAttempt;

    public Broker(ConnectionSettings settings) {
        this.settings = settings;
        this.factory = newFactory(settings);
    }

    /** Where the broker is, without the password: for messages. */
    public String describe() {
        return settings.nodes().stream().map(BrokerUri::toString).collect(Collectors.joining(", "));
    }

    /** The nodes of the broker; the first is where {@code ConnectionFactory} users connect first. */
    public ConnectionSettings settings() {
        return settings;
    }

    /**
     * Opens a connection; tries each node once, in random order if there are several.
     *
     * @param name shown on RabbitMQ's page of connections
     * @param executor runs the callbacks of consumers; null: none will consume
     * @throws BrokerException if no node could be reached, or if the broker refuses
     */
    public Connection open(String name, ExecutorService executor) {
        List<Address> addresses = new ArrayList<>();
        settings.nodes().forEach(node -> addresses.add(new Address(node.host(), node.port())));
        Collections.shuffle(addresses);
        ConnectionFactory connecting =
                executor instanceof BetweenReads betweenReads ? betweenReads.connecting(factory) : factory;
        try {
            return executor == null
                    ? connecting.newConnection(addresses, name)
                    : connecting.newConnection(executor, addresses, name);
        } catch (IOException | TimeoutException e) {
            throw BrokerFaults.ofConnecting(settings.nodes(), e);
        }
    }

    /**
     * Opens a connection; while the broker cannot be reached, tries again after each pause. However many wait, there is
     * one attempt a pause, and one line for it.
     *
     * @param goOn asked before each attempt
     * @return null if {@code goOn} said no before the broker was there, or if the thread was interrupted
     * @throws BrokerException if the broker refuses in a way that trying again cannot help
     */
    public Connection openPatiently(String name, ExecutorService executor, BooleanSupplier goOn) {
        try {
            while (awaitNextAttempt(goOn)) {
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
                long left = away ? nextAttempt - System.nanoTime() : 0;
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
            return away ? nextAttempt - System.nanoTime() : 0;
        } finally {
            waiting.unlock();
        }
    }

    private Connection tryToOpen(String name, ExecutorService executor) {
        try {
            Connection connection = open(name, executor);
            if (noteAway(false)) {
                LOG.info("broker is there again: {}", describe());
            }
            return connection;
        } catch (BrokerException e) {
            if (e.isPermanent()) {
                throw e;
            }
            noteAway(true);
            LOG.warn("{}; trying again in {}", e.getMessage(), seconds(settings.retryDelay()));
            LOG.debug("the attempt failed with", e);
            return null;
        }
    }

    /** @return whether it was away before */
    private boolean noteAway(boolean isAway) {
        waiting.lock();
        try {
            boolean before = away;
            away = isAway;
            nextAttempt = System.nanoTime() + settings.retryDelay().toNanos();
            changed.signalAll();
            return before;
        } finally {
            waiting.unlock();
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

    /** A copy of the client library's own factory, for code that manages its connections itself. */
    public ConnectionFactory clientFactory() {
        return factory.clone();
    }

    /** The nodes as {@code host:port}, comma-separated. */
    public String addresses() {
        return settings.nodes().stream().map(BrokerUri::address).collect(Collectors.joining(","));
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    private static ConnectionFactory newFactory(ConnectionSettings settings) {
        BrokerUri first = settings.nodes().get(0);
        ConnectionFactory factory = new ConnectionFactory();
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
        factory.setThreadFactory(new DaemonThreads());
        factory.setExceptionHandler(new LoggingExceptionHandler());
        Map<String, Object> properties = new HashMap<>(factory.getClientProperties());
        properties.put("product", "kuteng");
        properties.remove("copyright");
        properties.remove("information");
        factory.setClientProperties(properties);
        if (first.tls()) {
            Tls.configure(factory, settings.caFile(), settings.verifyHostName());
        }
        return factory;
    }

    /** The client's own threads must not keep the JVM alive after main has ended. */
    private static final class DaemonThreads implements java.util.concurrent.ThreadFactory {
        private final AtomicInteger count = new AtomicInteger();

        @Override
        public Thread newThread(Runnable task) {
            Thread thread = new Thread(task, "kuteng-amqp-" + count.incrementAndGet());
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
