package org.kuteng.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.io.File;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.publish.FakeBroker;
import org.kuteng.publish.SendFailedException;
import org.springframework.amqp.core.MessageProperties;

@Timeout(30)
class ConfirmingProducerTest {
    private static final String QUEUE = "spring-rabbitmq:default?routingKey=kuteng";

    private final FakeBroker broker = new FakeBroker();
    private final DefaultCamelContext context = new DefaultCamelContext();
    private ProducerTemplate template;

    @BeforeEach
    void start() {
        // whatever is written is confirmed
        broker.onOpen(connection -> connection.onWritten(() -> connection.ack(connection.written.size(), false)));
        context.getRegistry().bind("broker", broker);
        context.addComponent("spring-rabbitmq", new WorkQueueComponent());
        context.start();
        template = context.createProducerTemplate();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void theExchangeGoesOnWhenTheBrokerHasTheMessage() throws Exception {
        broker.onOpen(connection -> {});
        template.start();
        CompletableFuture<Exchange> sent =
                template.asyncSend(QUEUE, exchange -> exchange.getMessage().setBody("Hello"));
        Awaitility.await()
                .until(() ->
                        !broker.connections.isEmpty() && !broker.last().written.isEmpty());
        assertFalse(sent.isDone());

        broker.last().ack(1, false);

        assertNull(sent.get().getException());
        assertEquals(List.of("/kuteng:Hello"), broker.last().written);
    }

    @Test
    void theExchangeFailsWithAMessageThatNoQueueTakes() {
        broker.onOpen(connection -> connection.onWritten(() -> {
            connection.giveBack(connection.last);
            connection.ack(connection.written.size(), false);
        }));

        Exception failure = send(QUEUE, "Hello").getException();

        assertInstanceOf(SendFailedException.class, failure);
        assertEquals("message for queue 'kuteng' was returned: no queue takes it (312 NO_ROUTE)", failure.getMessage());
    }

    @Test
    void aBodyAboveTheLimitIsNotSent() {
        byte[] largest = new byte[FakeBroker.MAX_MESSAGE_SIZE];
        assertNull(send(QUEUE, largest).getException());

        Exception failure =
                send(QUEUE, new byte[FakeBroker.MAX_MESSAGE_SIZE + 1]).getException();

        assertEquals(
                "message for queue 'kuteng' not sent: its body has 100001 bytes, and kuteng.message.maxSize allows"
                        + " 100000",
                failure.getMessage());
        assertEquals(1, broker.last().written.size());
    }

    @Test
    void aFileAboveTheLimitIsNotReadIntoMemory(@TempDir Path folder) throws Exception {
        File file = folder.resolve("large").toFile();
        try (RandomAccessFile content = new RandomAccessFile(file, "rw")) {
            content.setLength(10_000_000_000L);
        }

        Exception failure = send(QUEUE, file).getException();

        assertTrue(failure.getMessage().contains("its body has 10000000000 bytes"), failure::toString);
    }

    @Test
    void aNumberIsSentAsText() {
        assertNull(send(QUEUE, 42).getException());
        assertNull(send(QUEUE, true).getException());

        assertEquals(List.of("/kuteng:42", "/kuteng:true"), broker.last().written);
        assertEquals("text/plain", broker.last().last.properties().getContentType());
    }

    @Test
    void theQueueIsDeclaredByTheProducerToo() {
        send(QUEUE, "Hello");

        assertEquals(List.of("kuteng"), broker.last().declared);
    }

    @Test
    void everySendIsMandatory() {
        send(QUEUE, "Hello");

        assertTrue(broker.last().last.mandatory());
    }

    @Test
    void aHeaderMayNameAnotherQueueAndIsNotSent() {
        Exchange exchange = template.send(QUEUE, e -> {
            e.getMessage().setBody("Hello");
            e.getMessage().setHeader(SpringRabbitMQConstants.ROUTING_OVERRIDE_KEY, 42);
            e.getMessage().setHeader(SpringRabbitMQConstants.EXCHANGE_OVERRIDE_NAME, "orders");
        });

        assertNull(exchange.getException());
        assertEquals(List.of("orders/42:Hello"), broker.last().written);
        assertNull(broker.last().last.properties().getHeaders());
        assertNull(exchange.getMessage().getHeader(SpringRabbitMQConstants.ROUTING_OVERRIDE_KEY));
    }

    @Test
    void withoutARoutingKeyTheDefaultExchangeHasNowhereToPutIt() {
        Exception failure = send("spring-rabbitmq:default", "Hello").getException();

        assertEquals(
                "no routing key: spring-rabbitmq://default sends to the default exchange, where the routing key names"
                        + " the queue; set routingKey",
                failure.getMessage());
        assertEquals(List.of(), broker.last().written);
    }

    @Test
    void aMessageWithoutABodyIsRefusedUnlessItIsAllowed() {
        assertEquals(
                "the message for spring-rabbitmq://default?allowNullBody=false&routingKey=kuteng has no body;"
                        + " set a body, or allowNullBody=true",
                send(QUEUE + "&allowNullBody=false", null).getException().getMessage());

        assertNull(send(QUEUE + "&allowNullBody=true", null).getException());
        assertEquals(List.of("/kuteng:"), broker.last().written);
    }

    @Test
    void aTextIsSentInTheEncodingOfTheRouteAndOtherBodiesAreConverted() {
        template.sendBodyAndHeader(QUEUE, "é", SpringRabbitMQConstants.CONTENT_ENCODING, "ISO-8859-1");
        assertEquals(1, broker.last().last.body().length);

        send(QUEUE, "é");
        assertEquals(2, broker.last().last.body().length);

        send(QUEUE, new StringBuilder("é"));
        assertEquals(2, broker.last().last.body().length);
    }

    @Test
    void aBodyThatCannotBeMadeBytesFailsAlone() {
        assertNotNull(send(QUEUE, new Object()).getException());
        assertNull(send(QUEUE, "Hello").getException());
    }

    @Test
    void aMessageThatTheRouteMadeItselfIsSentAsItIs() {
        MessageProperties properties = new MessageProperties();
        properties.setMessageId("own id");
        properties.setHeader("colour", "blue");

        assertNull(send(QUEUE, new org.springframework.amqp.core.Message("raw".getBytes(), properties))
                .getException());

        BasicProperties sent = broker.last().last.properties();
        assertEquals(List.of("/kuteng:raw"), broker.last().written);
        assertEquals("own id", sent.getMessageId());
        assertEquals("blue", sent.getHeaders().get("colour"));
    }

    private Exchange send(String uri, Object body) {
        return template.send(uri, exchange -> exchange.getMessage().setBody(body));
    }
}
