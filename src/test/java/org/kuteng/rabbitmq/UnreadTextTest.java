package org.kuteng.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.StreamCache;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kuteng.publish.FakeBroker;
import org.kuteng.work.Delivery;
import org.kuteng.work.Work;

class UnreadTextTest {
    private static final byte[] MALFORMED = {'a', (byte) 0xff, 'b'};

    private final FakeBroker broker = new FakeBroker();
    private final CamelContext context = new DefaultCamelContext();
    private Exchange exchange;
    private Delivery delivery;

    @BeforeEach
    void start() {
        broker.onOpen(connection -> connection.onWritten(() -> connection.ack(connection.written.size(), false)));
        context.getRegistry().bind("broker", broker);
        context.addComponent("spring-rabbitmq", new WorkQueueComponent());
        context.start();
        exchange = new DefaultExchange(context);
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void aTextIsMadeOnceWhenItIsAskedFor() {
        read("é中");
        assertTrue(message().isUnread());

        Object text = message().getBody();

        assertEquals("é中", text);
        assertFalse(message().isUnread());
        assertSame(text, message().getBody());
        assertSame(text, message().getBody(String.class));
    }

    @Test
    void bytesAreHadWithoutMakingTheText() throws Exception {
        read("é中");

        assertArrayEquals(utf8("é中"), message().getBody(byte[].class));
        assertArrayEquals(utf8("é中"), message().getMandatoryBody(byte[].class));
        assertArrayEquals(utf8("é中"), message().getBody(InputStream.class).readAllBytes());
        assertTrue(message().isUnread());
    }

    @Test
    void whatAStepWritesIntoTheBytesChangesNothing() {
        read("Hello");

        message().getBody(byte[].class)[0] = 'J';

        assertEquals("Hello", message().getBody());
        assertArrayEquals(utf8("Hello"), delivery.body());
    }

    @Test
    void bytesThatAreNoUtf8AreTheSameWhetherOrNotTheTextWasMade() {
        read(new BasicProperties.Builder().contentType("text/plain").build(), MALFORMED);

        assertArrayEquals(utf8("a\ufffdb"), message().getBody(byte[].class));
        assertEquals("a\ufffdb", message().getBody());
        assertArrayEquals(MALFORMED, delivery.body(), "a retry sends what arrived");
    }

    @Test
    void aTextInAnotherEncodingIsWrittenAsUtf8() {
        byte[] latin = "é".getBytes(StandardCharsets.ISO_8859_1);
        read(
                new BasicProperties.Builder()
                        .contentType("text/plain")
                        .contentEncoding("ISO-8859-1")
                        .build(),
                latin);

        assertArrayEquals(utf8("é"), message().getBody(byte[].class));
        assertArrayEquals(latin, delivery.body());
    }

    @Test
    void theBodyIsHeldOnceAndCanStillBeSentAsItCame() {
        read("é中");
        byte[] arrived = delivery.body();
        assertSame(arrived, delivery.body());

        String text = message().getBody(String.class);

        assertArrayEquals(arrived, delivery.body());
        assertNotSame(arrived, delivery.body(), "the bytes would be held beside the text");
        assertSame(text, delivery.text(StandardCharsets.UTF_8));
        assertEquals(arrived.length, delivery.bodySize());
    }

    @Test
    void aCopyHasTheText() {
        read("Hello");

        assertEquals("Hello", exchange.copy().getMessage().getBody());
        assertEquals("Hello", message().copy().getBody());
    }

    @Test
    void aBodyThatIsSetTakesThePlaceOfTheText() {
        read("Hello");
        message().setBody(null);
        assertNull(message().getBody());
        assertNull(message().getBody(byte[].class));

        read("Hello");
        message().setBody("other");
        assertEquals("other", message().getBody());
        assertArrayEquals(utf8("other"), message().getBody(byte[].class));
    }

    @Test
    void aTextThatNoStepAskedForIsSentOnAsItIs() throws Exception {
        read("é中");

        send();

        assertTrue(message().isUnread());
        assertEquals(List.of("/next:é中"), broker.last().written);
        assertEquals("text/plain", broker.last().last.properties().getContentType());
        assertEquals("UTF-8", broker.last().last.properties().getContentEncoding());
    }

    @Test
    void aTextIsSentOnAsUtf8WhateverItArrivedIn() throws Exception {
        read(
                new BasicProperties.Builder()
                        .contentType("text/plain")
                        .contentEncoding("ISO-8859-1")
                        .build(),
                "é".getBytes(StandardCharsets.ISO_8859_1));
        send();
        assertArrayEquals(utf8("é"), broker.last().last.body());
        assertEquals("UTF-8", broker.last().last.properties().getContentEncoding());

        read(new BasicProperties.Builder().contentType("text/plain").build(), MALFORMED);
        send();
        assertArrayEquals(utf8("a\ufffdb"), broker.last().last.body());
    }

    @Test
    void streamCachingDoesNotReadIt() throws Exception {
        List<Boolean> unread = new ArrayList<>();
        UnreadBodies.setUp(context);
        context.addRoutes(route(ended -> unread.add(message().isUnread())));
        read("Hello");

        context.createProducerTemplate().send("direct:steps", exchange);

        assertNull(exchange.getException());
        assertEquals(List.of(true, true), unread);
        assertTrue(message().isUnread());
    }

    @Test
    void streamsAreStillCached() throws Exception {
        List<Object> bodies = new ArrayList<>();
        UnreadBodies.setUp(context);
        context.addRoutes(route(ended -> bodies.add(ended.getMessage().getBody())));
        exchange.getMessage().setBody(new ByteArrayInputStream(utf8("Hello")));

        context.createProducerTemplate().send("direct:steps", exchange);

        assertInstanceOf(StreamCache.class, bodies.get(1));
        assertEquals("Hello", exchange.getMessage().getBody(String.class));
    }

    private static RouteBuilder route(org.apache.camel.Processor step) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:steps").streamCaching().process(step).process(step);
            }
        };
    }

    private void send() throws Exception {
        try (Producer producer =
                context.getEndpoint("spring-rabbitmq:default?routingKey=next").createProducer()) {
            producer.start();
            producer.process(exchange);
        }
        assertNull(exchange.getException());
    }

    private WorkMessage message() {
        return (WorkMessage) exchange.getMessage();
    }

    private void read(String text) {
        read(new BasicProperties.Builder().contentType("text/plain").build(), utf8(text));
    }

    private void read(BasicProperties properties, byte[] body) {
        delivery = new Delivery("kuteng", "kuteng", new Envelope(7, false, "exchange", "key"), properties, body);
        exchange.setProperty(Work.PROPERTY, Work.detached(delivery));
        WorkQueueComponent component = (WorkQueueComponent) context.getComponent("spring-rabbitmq");
        new MessageMapping(component.getHeaderFilterStrategy(), true, true).read(delivery, exchange);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
