package org.kuteng.work.steps;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.ConnectionSettings;
import org.kuteng.failure.FailedStepInterceptor;
import org.kuteng.failure.FailureHandling;
import org.kuteng.failure.NoteFailure;
import org.kuteng.failure.RetrySettings;
import org.kuteng.failure.UnhandledFailures;
import org.kuteng.rabbitmq.WorkQueueComponent;
import org.kuteng.testing.TestBroker;
import org.kuteng.work.WorkerConsumer;

/** Routes in this JVM, with the component under test and all that kuteng binds for the steps of a route. */
final class RunningRoutes implements AutoCloseable {
    static final Duration RETRY_DELAY = Duration.ofMillis(200);

    private final CamelContext context = new DefaultCamelContext();
    private final WorkQueueComponent component = new WorkQueueComponent();

    /** What the routes of the test have done, in the order in which they did it. */
    final ConcurrentLinkedQueue<String> done = new ConcurrentLinkedQueue<>();

    /** @param attempts of each message until it is buried */
    RunningRoutes(TestBroker broker, int attempts) {
        this(broker.uri(), attempts);
    }

    /** @param attempts of each message until it is buried */
    RunningRoutes(String uri, int attempts) {
        List<Duration> delays = java.util.stream.Stream.generate(() -> RETRY_DELAY)
                .limit(attempts - 1L)
                .toList();
        context.getRegistry().bind("spring-rabbitmq", component);
        context.getRegistry().bind("broker", new Broker(ConnectionSettings.of(BrokerUri.parse(uri))));
        context.getRegistry()
                .bind(
                        "failureHandling",
                        new FailureHandling(
                                new RetrySettings(delays, List.of(), RetrySettings.DEFAULT_CRASHES),
                                Set::of,
                                route -> null));
        context.getCamelContextExtension().addInterceptStrategy(new FailedStepInterceptor());
        context.getRegistry().bind(NoteFailure.RETRY_OR_BURY, new NoteFailure(false));
        KeptSteps.setUp(context, UnhandledFailures::tell);
        context.addLifecycleStrategy(new UnhandledFailures());
    }

    CamelContext context() {
        return context;
    }

    RunningRoutes start(RouteBuilder routes) throws Exception {
        context.addRoutes(routes);
        context.start();
        return this;
    }

    /** How many messages the workers have in hand. */
    int inHand() {
        return component.workers().all().stream()
                .mapToInt(worker -> worker.inHand().size())
                .sum();
    }

    /** How many messages were sent and are not confirmed. */
    int unconfirmed() {
        return component.publisher().unconfirmed();
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
