package org.kuteng.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.PooledExchangeFactory;
import org.kuteng.failure.FailedStepInterceptor;
import org.kuteng.failure.NoteFailure;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.slf4j.LoggerFactory;

/** What a worker does with a message from when it is taken until it is done, in a route of one step; without the network. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class WorkBenchmark {
    private static final int MESSAGES_PER_ACK = 62;

    /** Camel's own ways to come by an exchange: camel.main.exchangeFactory. */
    @Param({"prototype", "pooled"})
    public String exchanges;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final byte[] body = new byte[16];
    private final BasicProperties properties =
            new BasicProperties.Builder().deliveryMode(2).build();
    private final Channel broker = (Channel) Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Channel.class},
            (proxy, method, arguments) -> method.getReturnType() == boolean.class ? Boolean.TRUE : null);
    private final Acknowledgements acknowledgements = new Acknowledgements(broker, MESSAGES_PER_ACK, () -> {});
    private WorkerConsumer worker;
    private WorkerChannel channel;
    private long tag;
    private Object seen;

    @Setup
    public void open() throws Exception {
        if (exchanges.equals("pooled")) {
            context.getCamelContextExtension().setExchangeFactory(new PooledExchangeFactory());
        }
        context.getRegistry().bind("spring-rabbitmq", new WorkQueueComponent());
        context.getRegistry().bind("retryOrBury", new NoteFailure(false));
        context.getCamelContextExtension().addInterceptStrategy(new FailedStepInterceptor());
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(Throwable.class)
                        .onWhen(simple("${exchangeProperty.KutengDelivery} != null"))
                        .handled(true)
                        .process("retryOrBury");
                from("spring-rabbitmq:default?queues=kuteng&prefetchCount=250&autoStartup=false")
                        .routeId("work")
                        .process(exchange -> seen = exchange.getMessage().getBody());
            }
        });
        context.start();
        worker = (WorkerConsumer) context.getRoute("work").getConsumer();
        WorkerConnection connection = new WorkerConnection(worker, LoggerFactory.getLogger("work"));
        channel = new WorkerChannel(worker, connection, broker, "kuteng", 1, true);
    }

    @TearDown
    public void close() {
        context.stop();
    }

    @Benchmark
    public Object work() {
        tag++;
        worker.process(
                channel,
                new Delivery(
                        "kuteng",
                        "kuteng",
                        acknowledgements,
                        new Envelope(tag, false, "", "kuteng"),
                        properties,
                        body));
        return seen;
    }
}
