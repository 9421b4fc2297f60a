package org.kuteng.behaviour;

import java.util.List;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.ConnectionSettings;
import org.kuteng.broker.QueueType;
import org.kuteng.rabbitmq.WorkQueueComponent;
import org.kuteng.rabbitmq.WorkQueueSettings;
import org.kuteng.work.WorkerConsumer;

/** A Camel context with the component under test, in this JVM. */
final class CamelOnBroker implements AutoCloseable {
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final WorkQueueComponent component = new WorkQueueComponent();

    private CamelOnBroker(String uri, WorkQueueSettings settings) {
        context.getRegistry().bind("broker", new Broker(ConnectionSettings.of(BrokerUri.parse(uri))));
        context.getRegistry().bind("settings", settings);
        context.getRegistry().bind("spring-rabbitmq", component);
        context.start();
    }

    static CamelOnBroker at(String uri) {
        return new CamelOnBroker(uri, WorkQueueSettings.DEFAULTS);
    }

    static CamelOnBroker at(String uri, QueueType type) {
        return new CamelOnBroker(uri, settings(type, false));
    }

    /** With workers on virtual threads, or on threads of the system. */
    static CamelOnBroker onThreads(String uri, boolean virtual) {
        return new CamelOnBroker(uri, settings(WorkQueueSettings.DEFAULTS.queueType(), virtual));
    }

    private static WorkQueueSettings settings(QueueType type, boolean virtualThreads) {
        WorkQueueSettings defaults = WorkQueueSettings.DEFAULTS;
        return new WorkQueueSettings(
                type,
                false,
                defaults.acknowledgeMode(),
                defaults.acks(),
                defaults.confirm(),
                defaults.confirmTimeout(),
                defaults.confirmWindow(),
                defaults.sendAgain(),
                defaults.confirmEach(),
                defaults.stopTimeout(),
                virtualThreads);
    }

    /** What a worker does with the text of a message. */
    interface Work {
        void on(String text) throws Exception;
    }

    /** Starts a worker; returns when the broker has it, unless the broker is away. */
    CamelOnBroker worker(String id, String queue, String options, Work work) throws Exception {
        RouteBuilder.addRoutes(context, routes -> routes.from("spring-rabbitmq:default?queues=" + queue + options)
                .routeId(id)
                .process(exchange -> work.on(exchange.getMessage().getBody(String.class))));
        return this;
    }

    /** Starts a route that {@link #send} uses. */
    CamelOnBroker producer(String id, String queue) throws Exception {
        RouteBuilder.addRoutes(
                context,
                routes -> routes.from("direct:" + queue).routeId(id).to("spring-rabbitmq:default?routingKey=" + queue));
        return this;
    }

    /** Returns when the broker has the message. */
    void send(String queue, String text) {
        context.createFluentProducerTemplate()
                .to("direct:" + queue)
                .withBody(text)
                .send();
    }

    List<WorkerConsumer> workers() {
        return component.workers().all();
    }

    /** Lets the workers stop as the program does it, then the rest. */
    @Override
    public void close() {
        component.workers().stop(routeId -> true);
        context.stop();
    }
}
