package org.kuteng.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.impl.LongStringHelper;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.service.ServiceHelper;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to turn an AMQP message into Camel's headers and body, and back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MessageMappingBenchmark {
    private static final int SIZE = 16;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final byte[] body = new byte[SIZE];
    private final Envelope envelope = new Envelope(1, false, "", "kuteng");
    private final BasicProperties bare =
            new BasicProperties.Builder().deliveryMode(2).build();
    private final BasicProperties rich = new BasicProperties.Builder()
            .contentType("text/plain")
            .contentEncoding("UTF-8")
            .deliveryMode(2)
            .messageId("0123456789abcdef")
            .timestamp(new Date(0))
            .headers(Map.of(
                    "tenant", LongStringHelper.asLongString("acme"),
                    "trace", LongStringHelper.asLongString("00-4bf92f3577b34da6a3ce929d0e0e4736"),
                    "number", 17))
            .build();

    private MessageMapping mapping;
    private Exchange exchange;
    private Exchange arrived;

    @Setup
    public void open() {
        WorkQueueComponent component = new WorkQueueComponent();
        component.setCamelContext(context);
        ServiceHelper.initService(component);
        mapping = new MessageMapping(component.getHeaderFilterStrategy(), true, true);
        exchange = new DefaultExchange(context);
        arrived = new DefaultExchange(context);
        Delivery delivery = delivery(rich);
        arrived.setProperty(Delivery.PROPERTY, delivery);
        mapping.read(delivery, arrived);
    }

    @TearDown
    public void close() {
        context.stop();
    }

    private Delivery delivery(BasicProperties properties) {
        return new Delivery("kuteng", "kuteng", null, envelope, properties, body);
    }

    @Benchmark
    public Object readBare() {
        mapping.read(delivery(bare), exchange);
        return exchange.getMessage().getBody();
    }

    /** By a route that looks at a header, so that all of them are made. */
    @Benchmark
    public Object readWithHeaders() {
        mapping.read(delivery(rich), exchange);
        return exchange.getMessage().getHeader("tenant");
    }

    /** With a message-id and a timestamp, which kuteng adds. */
    @Benchmark
    public Object writeFresh() {
        exchange.getMessage().removeHeaders("*");
        return mapping.properties(exchange, true);
    }

    /** What a worker passes on: the headers that arrived. */
    @Benchmark
    public Object writePassedOn() {
        return mapping.properties(arrived, true);
    }
}
