package org.kuteng.work;

import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.ConnectionSettings;
import org.kuteng.failure.FailedStepInterceptor;
import org.kuteng.failure.FailureHandling;
import org.kuteng.failure.RetrySettings;
import org.kuteng.rabbitmq.WorkQueueComponent;
import org.kuteng.rabbitmq.WorkQueueSettings;
import org.kuteng.testing.TestBroker;

/** One worker with one consumer inside the test JVM, so that a test can hold its work and stop it halfway. */
final class RunningWorker implements AutoCloseable {
    private final CamelContext context = new DefaultCamelContext();

    private RunningWorker(String uri, FailureHandler failures) {
        context.getRegistry().bind("spring-rabbitmq", new WorkQueueComponent());
        context.getRegistry().bind("broker", new Broker(ConnectionSettings.of(BrokerUri.parse(uri))));
        context.getRegistry().bind("failureHandling", failures);
        context.getCamelContextExtension().addInterceptStrategy(new FailedStepInterceptor());
    }

    static FailureHandler failures(RetrySettings settings) {
        return new FailureHandling(settings, Set::of, route -> null);
    }

    static RunningWorker start(TestBroker broker, FailureHandler failures, String queue, int prefetch, Processor work)
            throws Exception {
        RunningWorker worker = new RunningWorker(broker.uri(), failures);
        worker.context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("spring-rabbitmq:default?queues=" + queue + "&prefetchCount=" + prefetch)
                        .routeId("worker")
                        .process(work);
            }
        });
        worker.context.start();
        return worker;
    }

    /** The same with any routes. */
    static RunningWorker start(String uri, FailureHandler failures, RouteBuilder routes) throws Exception {
        return start(uri, failures, WorkQueueSettings.DEFAULTS, routes);
    }

    /** The same with other settings. */
    static RunningWorker start(String uri, FailureHandler failures, WorkQueueSettings settings, RouteBuilder routes)
            throws Exception {
        RunningWorker worker = new RunningWorker(uri, failures);
        worker.context.getRegistry().bind("settings", settings);
        worker.context.addRoutes(routes);
        try {
            worker.context.start();
        } catch (Exception e) {
            worker.close();
            throw e;
        }
        return worker;
    }

    /** The worker of a route. */
    WorkerConsumer worker(String routeId) {
        return (WorkerConsumer) context.getRoute(routeId).getConsumer();
    }

    /** How many messages wait for the one in hand. */
    int sentAhead() {
        WorkQueueComponent component = context.getComponent("spring-rabbitmq", WorkQueueComponent.class);
        return component.workers().all().stream()
                .mapToInt(WorkerConsumer::buffered)
                .sum();
    }

    /** Returns when no further message is begun and what was sent ahead is on its way back; work in hand goes on. */
    void stopTaking() {
        WorkQueueComponent component = context.getComponent("spring-rabbitmq", WorkQueueComponent.class);
        component.workers().all().forEach(WorkerConsumer::stopTaking);
    }

    @Override
    public void close() {
        context.stop();
    }

    /** What a worker needs of the broker besides its queue. */
    static List<String> allQueues(String queue, String... retries) {
        List<String> all = new java.util.ArrayList<>();
        for (String delay : retries) {
            all.add(queue + ".retry." + delay);
        }
        all.addAll(List.of(queue + ".redelivered", queue + ".dead", queue));
        return all;
    }
}
