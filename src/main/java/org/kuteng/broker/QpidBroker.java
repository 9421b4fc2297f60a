package org.kuteng.broker;

import java.io.Serializable;
import java.lang.reflect.Field;
import java.security.Principal;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.security.auth.Subject;
import org.apache.qpid.server.configuration.updater.TaskExecutor;
import org.apache.qpid.server.configuration.updater.TaskExecutorImpl;
import org.apache.qpid.server.logging.EventLogger;
import org.apache.qpid.server.logging.NullMessageLogger;
import org.apache.qpid.server.model.Broker;
import org.apache.qpid.server.model.BrokerImpl;
import org.apache.qpid.server.model.BrokerModel;
import org.apache.qpid.server.model.State;
import org.apache.qpid.server.model.SystemConfig;
import org.apache.qpid.server.model.VirtualHostNode;
import org.apache.qpid.server.model.port.AmqpPort;
import org.apache.qpid.server.security.SubjectExecutionContext;
import org.apache.qpid.server.security.auth.TaskPrincipal;
import org.apache.qpid.server.store.MemorySystemConfigImplFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Qpid's objects from start to close. It does what Qpid's own launcher does, but neither prints to standard output nor
 * swallows the reason why a start failed.
 */
final class QpidBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(QpidBroker.class);

    /** How long a close waits for Qpid before it goes on without. */
    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    private final TaskExecutor tasks = new TaskExecutorImpl();
    private final SystemConfig<?> system;
    private boolean closed;

    private QpidBroker(EmbeddedBroker.Options options) {
        system = new MemorySystemConfigImplFactory()
                .newInstance(
                        tasks,
                        // the operational log of a server: each connection, channel and queue
                        new EventLogger(new NullMessageLogger()),
                        SystemPrincipal.INSTANCE,
                        QpidConfiguration.attributes(options));
    }

    /** A broker that listens nowhere yet. */
    static QpidBroker open(EmbeddedBroker.Options options) {
        UncaughtFailures.survive();
        return withOwnLoader(() -> {
            QpidBroker broker = new QpidBroker(options);
            broker.open();
            broker.checkVirtualHost(options);
            return broker;
        });
    }

    static void prepare() {
        withOwnLoader(BrokerModel::getInstance);
    }

    private static <T> T withOwnLoader(Supplier<T> work) {
        disableTypesThatNeedAbsentLibraries();
        Thread thread = Thread.currentThread();
        ClassLoader callersLoader = thread.getContextClassLoader();
        // Qpid finds its parts through it, and its threads inherit it
        thread.setContextClassLoader(QpidBroker.class.getClassLoader());
        try {
            return work.get();
        } finally {
            thread.setContextClassLoader(callersLoader);
        }
    }

    private void open() {
        try {
            tasks.start();
            SubjectExecutionContext.withSubject(SystemPrincipal.subject(), system::open);
            if (system.getContainer().getState() != State.ACTIVE) {
                throw new IllegalStateException("it is " + system.getContainer().getState());
            }
            detachShutdownHook();
            dropDelayedTasksAtClose();
        } catch (RuntimeException e) {
            close();
            throw new EmbeddedBrokerException("the embedded broker does not start: " + e.getMessage(), e);
        }
    }

    /** A store keeps its virtual host: with another name wanted, nobody could connect. */
    private void checkVirtualHost(EmbeddedBroker.Options options) {
        for (Object node : system.getContainer(Broker.class).getVirtualHostNodes()) {
            String name = ((VirtualHostNode<?>) node).getVirtualHost().getName();
            if (!name.equals(options.virtualHost())) {
                close();
                throw new EmbeddedBrokerException(
                        "store folder " + options.store() + " holds virtual host " + name + " and not "
                                + options.virtualHost() + ": use that name, or name another folder",
                        null);
            }
        }
    }

    /**
     * Lets clients in.
     *
     * @throws EmbeddedBrokerException if the port cannot be had
     */
    void listen(int port) {
        try {
            withOwnLoader(() -> {
                Runnable activate = () -> amqpPort().setAttributes(QpidConfiguration.listening(port));
                SubjectExecutionContext.withSubject(SystemPrincipal.subject(), activate);
                return null;
            });
        } catch (RuntimeException e) {
            throw new EmbeddedBrokerException("the embedded broker cannot listen: " + e.getMessage(), e);
        }
    }

    int port() {
        return amqpPort().getBoundPort();
    }

    private AmqpPort<?> amqpPort() {
        for (Object port : system.getContainer(Broker.class).getPorts()) {
            if (port instanceof AmqpPort<?> amqp) {
                return amqp;
            }
        }
        throw new IllegalStateException("the embedded broker has no port");
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            system.closeAsync().get(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.warn("The embedded broker has not closed within {} s", CLOSE_TIMEOUT_SECONDS);
        } catch (Exception e) {
            LOG.warn("The embedded broker has not closed cleanly: {}", e.getMessage());
        } finally {
            tasks.stopImmediately();
        }
    }

    /** A class of each type is loaded at start, and this one needs BouncyCastle, which kuteng leaves out. */
    private static void disableTypesThatNeedAbsentLibraries() {
        System.setProperty("qpid.type.disabled:keystore.AutoGeneratedSelfSigned", "true");
    }

    /** Qpid's hook would close the broker while Camel still finishes the messages in hand. */
    private void detachShutdownHook() {
        Thread hook = (Thread) fieldOfContainer(BrokerImpl.class, "_shutdownHook");
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            LOG.debug("The JVM is already shutting down", e);
        }
    }

    /** Else a close waits up to a second for a look at the memory that is due then. */
    private void dropDelayedTasksAtClose() {
        Object executor = fieldOfContainer(BrokerImpl.class.getSuperclass(), "_houseKeepingTaskExecutor");
        ((ScheduledThreadPoolExecutor) executor).setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private Object fieldOfContainer(Class<?> declaring, String name) {
        try {
            Field field = declaring.getDeclaredField(name);
            field.setAccessible(true);
            return field.get(system.getContainer());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this is not the Qpid that kuteng was made for: " + e, e);
        }
    }

    /** The identity that Qpid's own work is done under. */
    private static final class SystemPrincipal implements Principal, Serializable {

        private static final long serialVersionUID = 1L;

        static final SystemPrincipal INSTANCE = new SystemPrincipal();

        static Subject subject() {
            return new Subject(true, Set.of(INSTANCE, new TaskPrincipal("Broker")), Set.of(), Set.of());
        }

        @Override
        public String getName() {
            return "SYSTEM";
        }
    }
}
