package org.kuteng.rabbitmq;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.camel.Endpoint;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.component.springrabbit.SpringRabbitMQComponent;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.util.PropertiesHelper;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.events.WorkEvents;
import org.kuteng.publish.GrowingThreads;
import org.kuteng.publish.PublishSettings;
import org.kuteng.publish.Publisher;
import org.kuteng.work.FailureHandler;
import org.kuteng.work.OnceOnly;
import org.kuteng.work.StopBudget;
import org.kuteng.work.Workers;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;

/**
 * Camel's {@code spring-rabbitmq} component for work queues; bound in the registry under that name, so that route files
 * stay plain. The options are Camel's own; those that would lose messages or have no meaning here are refused.
 *
 * <p>Looks in the registry for a {@link Broker} (required as soon as a route sends or receives) and for
 * {@link WorkQueueSettings} (else their defaults), for a {@link FailureHandler}, a {@link OnceOnly} and somebody who
 * listens to {@link WorkEvents} (else there is none).
 */
@Component("spring-rabbitmq")
public class WorkQueueComponent extends SpringRabbitMQComponent {

    /** Each publisher has so long for its farewell, however late it is. */
    private static final Duration LEAST_CLOSE = Duration.ofMillis(500);

    private BiConsumer<String, BrokerException> refusalListener = (routeId, fault) -> {};
    private Runnable readyListener = () -> {};

    /** Null: the workers have one of their own. */
    private StopBudget stopBudget;

    private Broker broker;
    private WorkQueueSettings settings = WorkQueueSettings.DEFAULTS;
    private FailureHandler failureHandler;
    private OnceOnly onceOnly;
    private WorkEvents events = WorkEvents.NONE;
    private Workers workers;
    private GrowingThreads completions;
    private Publisher publisher;
    private Publisher failurePublisher;
    private CachingConnectionFactory requestReplyConnections;

    /** Called when the broker refuses what a route needs, and trying again cannot help; it is logged already. */
    public void setRefusalListener(BiConsumer<String, BrokerException> listener) {
        this.refusalListener = listener;
    }

    /** Called whenever a worker has got all of its consumers, at start and after each loss; unset: nobody is told. */
    public void setReadyListener(Runnable listener) {
        this.readyListener = listener;
    }

    /** The time that the stop of the process may take. Unset: as {@link WorkQueueSettings#stopTimeout} says. */
    public void setStopBudget(StopBudget budget) {
        this.stopBudget = budget;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        broker = CamelContextHelper.findSingleByType(getCamelContext(), Broker.class);
        // not findSingleByType: a set wants the hash code of a record, which takes a new JVM 30 ms
        Collection<WorkQueueSettings> found = getCamelContext()
                .getRegistry()
                .findByTypeWithName(WorkQueueSettings.class)
                .values();
        if (found.size() == 1) {
            settings = found.iterator().next();
        }
        failureHandler = CamelContextHelper.findSingleByType(getCamelContext(), FailureHandler.class);
        onceOnly = CamelContextHelper.findSingleByType(getCamelContext(), OnceOnly.class);
        WorkEvents listener = CamelContextHelper.findSingleByType(getCamelContext(), WorkEvents.class);
        events = listener == null ? WorkEvents.NONE : listener;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        EndpointOptions.check(parameters);
        WorkQueueEndpoint endpoint = new WorkQueueEndpoint(uri, this, remaining);
        copyDefaults(endpoint);
        Map<String, Object> arguments = new HashMap<>(getArgs() == null ? Map.of() : getArgs());
        arguments.putAll(PropertiesHelper.extractProperties(parameters, SpringRabbitMQEndpoint.ARG_PREFIX));
        endpoint.setArgs(EndpointOptions.typedArguments(arguments));
        setProperties(endpoint, parameters);
        return endpoint;
    }

    private void copyDefaults(WorkQueueEndpoint endpoint) {
        endpoint.setAcknowledgeMode(settings.acknowledgeMode());
        endpoint.setTestConnectionOnStartup(isTestConnectionOnStartup());
        endpoint.setMessageConverter(getMessageConverter());
        getMessagePropertiesConverter().setHeaderFilterStrategy(getHeaderFilterStrategy());
        endpoint.setMessagePropertiesConverter(getMessagePropertiesConverter());
        endpoint.setAutoStartup(isAutoStartup());
        endpoint.setAutoDeclare(isAutoDeclare());
        endpoint.setAutoDeclareProducer(isAutoDeclareProducer());
        endpoint.setDeadLetterExchange(getDeadLetterExchange());
        endpoint.setDeadLetterExchangeType(getDeadLetterExchangeType());
        endpoint.setDeadLetterQueue(getDeadLetterQueue());
        endpoint.setDeadLetterRoutingKey(getDeadLetterRoutingKey());
        endpoint.setReplyTimeout(getReplyTimeout());
        endpoint.setPrefetchCount(getPrefetchCount());
        endpoint.setConcurrentConsumers(getConcurrentConsumers());
        endpoint.setAllowNullBody(isAllowNullBody());
        // a reply-to that a stranger sent must not turn work into a request; who wants replies says so in the route
        endpoint.setDisableReplyTo(true);
    }

    /** @throws IllegalStateException if none is in the registry */
    Broker broker() {
        if (broker == null) {
            throw new IllegalStateException("no broker: bind a " + Broker.class.getName() + " in Camel's registry");
        }
        return broker;
    }

    WorkQueueSettings settings() {
        return settings;
    }

    /** Null if messages whose work failed go back to their queue. */
    FailureHandler failureHandler() {
        return failureHandler;
    }

    /** The one publisher of this component, opened by the first route that sends. */
    public Publisher publisher() {
        lock.lock();
        try {
            if (publisher == null) {
                publisher = newPublisher(settings.publishing(), () -> SendingRoutes.connectionName(getCamelContext()));
            }
            return publisher;
        } finally {
            lock.unlock();
        }
    }

    /** Runs what is to follow a send and may take long; after {@link #publisher}. */
    Executor completions() {
        lock.lock();
        try {
            return completions;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends on what failed: always confirmed, whatever holds for the routes, and on a channel of its own, since the
     * embedded broker stops a whole channel when one queue is full, and the workers that would empty it must go on.
     */
    Publisher failurePublisher() {
        lock.lock();
        try {
            if (failurePublisher == null) {
                failurePublisher = newPublisher(settings.publishing().confirming(), () -> "kuteng failures");
            }
            return failurePublisher;
        } finally {
            lock.unlock();
        }
    }

    private Publisher newPublisher(PublishSettings with, Supplier<String> name) {
        if (completions == null) {
            completions = new GrowingThreads("kuteng-sent");
        }
        Publisher opened = new Publisher(broker(), with, name, completions, events);
        opened.onRefusal((topology, fault) -> SendingRoutes.declaring(getCamelContext(), topology)
                .forEach(routeId -> refusalListener.accept(routeId, fault)));
        return opened;
    }

    /** For request and reply only, which is Camel's own code on Spring's connections. */
    ConnectionFactory requestReplyConnections() {
        if (getConnectionFactory() != null) {
            return getConnectionFactory();
        }
        lock.lock();
        try {
            if (requestReplyConnections == null) {
                requestReplyConnections = new CachingConnectionFactory(broker().clientFactory());
                requestReplyConnections.setAddresses(broker().addresses());
            }
            return requestReplyConnections;
        } finally {
            lock.unlock();
        }
    }

    /** The workers of this component. */
    public Workers workers() {
        lock.lock();
        try {
            if (workers == null) {
                workers = new Workers(new Workers.Shared(
                        this::broker, this::failurePublisher, failureHandler, onceOnly, settings.working(), events));
                workers.onRefusal((worker, fault) -> refusalListener.accept(worker.getRouteId(), fault));
                workers.onReady(readyListener);
                if (stopBudget != null) {
                    workers.stopWithin(stopBudget);
                }
            }
            return workers;
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected void doStop() throws Exception {
        if (broker != null) {
            broker.wakeWaiting();
        }
        super.doStop();
    }

    @Override
    protected void doShutdown() throws Exception {
        lock.lock();
        try {
            closePublishers();
            if (completions != null) {
                completions.close();
                completions = null;
            }
            if (requestReplyConnections != null) {
                requestReplyConnections.destroy();
                requestReplyConnections = null;
            }
        } catch (RuntimeException e) {
            throw RuntimeCamelException.wrapRuntimeCamelException(e);
        } finally {
            lock.unlock();
        }
        super.doShutdown();
    }

    /** Both at the same time: a broker that does not answer holds up each of them. */
    private void closePublishers() {
        long deadline = closeDeadline();
        Publisher failures = failurePublisher;
        failurePublisher = null;
        CompletableFuture<Void> closing = failures == null
                ? null
                : CompletableFuture.runAsync(() -> failures.close(deadline), task -> {
                    Thread thread = new Thread(task, "kuteng-close-failures");
                    thread.setDaemon(true);
                    thread.start();
                });
        if (publisher != null) {
            publisher.close(deadline);
            publisher = null;
        }
        if (closing != null) {
            closing.join();
        }
    }

    /** What is unconfirmed gets what is left of the time of the stop. */
    private long closeDeadline() {
        long now = System.nanoTime();
        StopBudget budget = workers().stopBudget();
        Duration most = settings.publishing().confirmTimeout();
        Duration left = budget.waitLeft().compareTo(most) < 0 ? budget.waitLeft() : most;
        return now + Math.max(LEAST_CLOSE.toNanos(), left.toNanos());
    }
}
