package org.kuteng.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.LongStringHelper;
import java.io.UnsupportedEncodingException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultHeaderFilterStrategy;
import org.apache.camel.support.DefaultPooledExchange;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kuteng.untrusted.HeaderBoundsException;
import org.kuteng.work.Delivery;
import org.kuteng.work.Work;
import org.springframework.amqp.core.MessageDeliveryMode;

class MessageMappingTest {
    private static final Date THEN = new Date(1_700_000_000_000L);

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Exchange exchange = new DefaultExchange(context);
    private final MessageMapping mapping = mapping(true, true);

    @AfterEach
    void close() {
        context.stop();
    }

    // --- what arrives

    @Test
    void headersAreMadeWhenSomebodyAsks() {
        List<String> made = new ArrayList<>();
        MessageMapping watched = new MessageMapping(
                new DefaultHeaderFilterStrategy() {
                    @Override
                    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange from) {
                        made.add(name);
                        return false;
                    }
                },
                true,
                true);
        watched.read(delivery(properties().headers(Map.of("tenant", "acme")).build(), new byte[1]), exchange);

        assertArrayEquals(new byte[1], exchange.getMessage().getBody(byte[].class));
        assertEquals(List.of(), made);
        assertEquals("acme", exchange.getMessage().getHeader("tenant"));
        exchange.getMessage().setHeader("tenant", "other");
        assertEquals("other", exchange.getMessage().getHeader("tenant"));
        assertEquals(List.of("tenant"), made);
    }

    @Test
    void aCopyHasTheHeadersToo() {
        read(properties().headers(Map.of("tenant", "acme")).build(), new byte[1]);

        Exchange copy = exchange.copy();
        copy.getMessage().setHeader("part", 1);

        assertEquals("acme", copy.getMessage().getHeader("tenant"));
        assertEquals("key", copy.getMessage().getHeader(SpringRabbitMQConstants.ROUTING_KEY));
        assertNull(exchange.getMessage().getHeader("part"));
    }

    @Test
    void nothingOfAMessageIsLeftInAnExchangeThatIsUsedAgain() {
        DefaultPooledExchange pooled = new DefaultPooledExchange(context);
        pooled.reset(1);
        mapping.read(delivery(properties().headers(Map.of("tenant", "acme")).build(), new byte[1]), pooled);

        pooled.done();

        assertNull(pooled.getMessage().getBody());
        assertEquals(Map.of(), pooled.getMessage().getHeaders());
    }

    @Test
    void aTextIsReadAsUtf8() {
        read(properties().contentType("text/plain").build(), "é中".getBytes(StandardCharsets.UTF_8));

        assertEquals("é中", exchange.getMessage().getBody());
    }

    @Test
    void aTextIsReadInTheEncodingThatItNames() {
        read(
                properties()
                        .contentType("text/plain; charset=x")
                        .contentEncoding("ISO-8859-1")
                        .build(),
                new byte[] {(byte) 0xE9});

        assertEquals("é", exchange.getMessage().getBody());
    }

    @Test
    void aTextInAnEncodingThatDoesNotExistCannotBeRead() {
        BasicProperties properties =
                properties().contentType("text/plain").contentEncoding("x-none").build();

        assertThrows(UnsupportedCharsetException.class, () -> read(properties, new byte[0]));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"application/json", "application/octet-stream"})
    void whatDoesNotCallItselfTextStaysBytes(String contentType) {
        byte[] bytes = {1, 2, 3};
        read(properties().contentType(contentType).contentEncoding("gzip").build(), bytes);

        assertArrayEquals(bytes, (byte[]) exchange.getMessage().getBody());
    }

    @Test
    void everyPropertyIsAHeader() {
        read(
                properties()
                        .contentType("text/plain")
                        .contentEncoding("UTF-8")
                        .deliveryMode(2)
                        .priority(5)
                        .correlationId("correlation")
                        .replyTo("reply")
                        .expiration("1000")
                        .messageId("id")
                        .timestamp(THEN)
                        .type("type")
                        .userId("user")
                        .appId("app")
                        .clusterId("cluster")
                        .build(),
                new byte[0]);

        Map<String, Object> expected = new HashMap<>();
        expected.put(SpringRabbitMQConstants.CONTENT_TYPE, "text/plain");
        expected.put(SpringRabbitMQConstants.CONTENT_ENCODING, "UTF-8");
        expected.put(SpringRabbitMQConstants.DELIVERY_MODE, MessageDeliveryMode.PERSISTENT);
        expected.put(SpringRabbitMQConstants.PRIORITY, 5);
        expected.put(SpringRabbitMQConstants.CORRELATION_ID, "correlation");
        expected.put(SpringRabbitMQConstants.REPLY_TO, "reply");
        expected.put(SpringRabbitMQConstants.EXPIRATION, "1000");
        expected.put(SpringRabbitMQConstants.MESSAGE_ID, "id");
        expected.put(SpringRabbitMQConstants.TIMESTAMP, THEN);
        expected.put(SpringRabbitMQConstants.TYPE, "type");
        expected.put(SpringRabbitMQConstants.USER_ID, "user");
        expected.put(SpringRabbitMQConstants.APP_ID, "app");
        expected.put(SpringRabbitMQConstants.CLUSTER_ID, "cluster");
        expected.put(SpringRabbitMQConstants.REDELIVERED, true);
        expected.put(SpringRabbitMQConstants.DELIVERY_TAG, 7L);
        expected.put(SpringRabbitMQConstants.EXCHANGE_NAME, "exchange");
        expected.put(SpringRabbitMQConstants.ROUTING_KEY, "key");
        assertEquals(expected, exchange.getMessage().getHeaders());
    }

    @Test
    void aPropertyThatIsNotSetIsNoHeader() {
        read(properties().build(), new byte[0]);

        assertEquals(4, exchange.getMessage().getHeaders().size());
        assertFalse(exchange.getMessage().getHeaders().containsKey(SpringRabbitMQConstants.MESSAGE_ID));
    }

    @Test
    void textsInHeadersAreStringsHoweverDeepTheyLie() {
        Map<String, Object> table = new HashMap<>();
        table.put("text", LongStringHelper.asLongString("é"));
        table.put("list", List.of(LongStringHelper.asLongString("a"), 1));
        table.put("table", Map.of("inner", LongStringHelper.asLongString("b")));
        table.put("number", 5L);
        read(properties().headers(table).build(), new byte[0]);

        assertEquals("é", exchange.getMessage().getHeader("text"));
        assertEquals(List.of("a", 1), exchange.getMessage().getHeader("list"));
        assertEquals(Map.of("inner", "b"), exchange.getMessage().getHeader("table"));
        assertEquals(5L, exchange.getMessage().getHeader("number"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CamelHttpUri",
                "camelHttpUri",
                "CAMELFileName",
                "cAmElSpringRabbitmqRoutingOverrideKey",
            })
    void aStrangersHeadersCannotSteerTheRoute(String name) {
        read(properties().headers(Map.of(name, "x", "harmless", "y")).build(), new byte[0]);

        assertNull(exchange.getMessage().getHeader(name));
        assertEquals("y", exchange.getMessage().getHeader("harmless"));
    }

    // --- what is sent

    @Test
    void aTextIsSentAsUtf8() {
        BasicProperties sent = mapping.properties(exchange, true);

        assertEquals("text/plain", sent.getContentType());
        assertEquals("UTF-8", sent.getContentEncoding());
        assertEquals(StandardCharsets.UTF_8, MessageMapping.charset(exchange));
    }

    @Test
    void aTextIsSentInTheEncodingThatTheRouteSets() {
        exchange.getMessage().setHeader(SpringRabbitMQConstants.CONTENT_ENCODING, "ISO-8859-1");

        assertEquals("ISO-8859-1", mapping.properties(exchange, true).getContentEncoding());
        assertEquals(StandardCharsets.ISO_8859_1, MessageMapping.charset(exchange));
    }

    @Test
    void aTextIsNotSentInTheEncodingInWhichAnotherOneArrived() {
        read(
                properties()
                        .contentType("application/json")
                        .contentEncoding("gzip")
                        .build(),
                new byte[0]);

        assertEquals("UTF-8", mapping.properties(exchange, true).getContentEncoding());
        assertEquals("application/json", mapping.properties(exchange, true).getContentType());
    }

    @Test
    void bytesAreSentWithTheTypeAndTheEncodingThatTheyHave() {
        assertNull(mapping.properties(exchange, false).getContentType());
        assertNull(mapping.properties(exchange, false).getContentEncoding());

        read(
                properties()
                        .contentType("application/json")
                        .contentEncoding("gzip")
                        .build(),
                new byte[0]);

        assertEquals("application/json", mapping.properties(exchange, false).getContentType());
        assertEquals("gzip", mapping.properties(exchange, false).getContentEncoding());
    }

    @Test
    void whatTheRouteSetsIsSent() {
        set(SpringRabbitMQConstants.MESSAGE_ID, "my id");
        set(SpringRabbitMQConstants.TIMESTAMP, THEN);
        set(SpringRabbitMQConstants.REPLY_TO, "my reply");
        set(SpringRabbitMQConstants.EXPIRATION, 5000);
        set(SpringRabbitMQConstants.USER_ID, "me");
        set(SpringRabbitMQConstants.PRIORITY, "9");
        set(SpringRabbitMQConstants.TYPE, "order");
        set(SpringRabbitMQConstants.APP_ID, "shop");
        set(SpringRabbitMQConstants.CORRELATION_ID, "c");
        set(SpringRabbitMQConstants.DELIVERY_MODE, "NON_PERSISTENT");
        set(SpringRabbitMQConstants.CONTENT_TYPE, "text/csv");

        assertEquals(
                new BasicProperties.Builder()
                        .messageId("my id")
                        .timestamp(THEN)
                        .replyTo("my reply")
                        .expiration("5000")
                        .userId("me")
                        .priority(9)
                        .type("order")
                        .appId("shop")
                        .correlationId("c")
                        .deliveryMode(1)
                        .contentType("text/csv")
                        .contentEncoding("UTF-8")
                        .build(),
                mapping.properties(exchange, true));
    }

    @Test
    void nothingThatNamesTheMessageInHandIsPassedOnToTheNext() {
        read(
                properties()
                        .messageId("id")
                        .timestamp(THEN)
                        .expiration("1000")
                        .userId("user")
                        .replyTo("reply")
                        .build(),
                new byte[0]);

        BasicProperties sent = mapping(true, false).properties(exchange, false);

        assertNull(sent.getMessageId());
        assertNull(sent.getTimestamp());
        assertNull(sent.getExpiration());
        assertNull(sent.getUserId());
        assertNull(sent.getReplyTo());
        assertNotEquals("id", mapping.properties(exchange, false).getMessageId());
        assertNotEquals(THEN, mapping.properties(exchange, false).getTimestamp());
    }

    @Test
    void whatTheRouteSetsAnewIsPassedOn() {
        read(properties().messageId("id").expiration("1000").build(), new byte[0]);
        set(SpringRabbitMQConstants.MESSAGE_ID, "another");
        set(SpringRabbitMQConstants.EXPIRATION, "2000");

        BasicProperties sent = mapping.properties(exchange, false);

        assertEquals("another", sent.getMessageId());
        assertEquals("2000", sent.getExpiration());
    }

    @Test
    void everyMessageHasAnIdOfItsOwnAndATime() {
        BasicProperties first = mapping.properties(exchange, false);
        BasicProperties second = mapping.properties(exchange, false);

        assertNotNull(first.getTimestamp());
        assertNotEquals(first.getMessageId(), second.getMessageId());
        BasicProperties plain = mapping(true, false).properties(exchange, false);
        assertNull(plain.getMessageId());
        assertNull(plain.getTimestamp());
    }

    @Test
    void messagesArePersistentUnlessTheQueueIsNot() {
        assertEquals(2, mapping.properties(exchange, false).getDeliveryMode());
        assertEquals(1, mapping(false, true).properties(exchange, false).getDeliveryMode());
    }

    @Test
    void theRoutesOwnHeadersAreSentAndCamelsAreNot() {
        set("colour", "blue");
        set("CamelFileName", "x");
        set("camelLower", "x");
        set("kuteng-attempts", 3);
        set("nothing", null);

        assertEquals(
                Map.of("colour", "blue"), mapping.properties(exchange, false).getHeaders());
    }

    @Test
    void withoutHeadersThereIsNoTable() {
        assertNull(mapping.properties(exchange, false).getHeaders());
    }

    @Test
    void aHeaderThatAmqpCannotCarryIsSentAsText() {
        set("duration", Duration.ofSeconds(5));
        set("mode", MessageDeliveryMode.PERSISTENT);
        set("huge", new BigDecimal("123456789012345678901234567890"));
        set("list", Arrays.asList(Duration.ofSeconds(1), null, 2));
        Map<String, Object> table = new HashMap<>();
        table.put("inner", Duration.ofSeconds(1));
        table.put("empty", null);
        set("table", table);

        assertEquals(
                Map.of(
                        "duration", "PT5S",
                        "mode", "PERSISTENT",
                        "huge", "123456789012345678901234567890",
                        "list", List.of("PT1S", "", 2),
                        "table", Map.of("inner", "PT1S", "empty", "")),
                mapping.properties(exchange, false).getHeaders());
    }

    @Test
    void aHeaderThatAmqpCanCarryKeepsItsType() throws UnsupportedEncodingException {
        Map<String, Object> headers = new HashMap<>();
        headers.put("text", "é");
        headers.put("integer", 1);
        headers.put("long", 2L);
        headers.put("short", (short) 3);
        headers.put("byte", (byte) 4);
        headers.put("double", 1.5);
        headers.put("float", 2.5f);
        headers.put("truth", true);
        headers.put("date", THEN);
        headers.put("decimal", new BigDecimal("12.34"));
        headers.put("bytes", new byte[] {1});
        headers.forEach(this::set);

        Map<String, Object> sent = mapping.properties(exchange, false).getHeaders();

        assertEquals(headers, sent);
        // the client library throws when it comes to a value that it cannot write
        assertTrue(Frame.tableSize(sent) > 0);
    }

    // --- what a stranger sends

    @Test
    void aBrokersBookkeepingIsReadAndNeverSentOn() {
        Map<String, Object> headers = new HashMap<>();
        headers.put("x-death", List.of("foo"));
        headers.put("x-first-death-queue", LongStringHelper.asLongString("q"));
        headers.put("x-delivery-count", 3);
        headers.put("x-opt-anything", 1);
        headers.put("x-tenant", LongStringHelper.asLongString("acme"));
        read(properties().headers(headers).build(), new byte[0]);

        assertEquals(List.of("foo"), exchange.getMessage().getHeader("x-death"));
        set("x-last-death-queue", "set by the route");
        assertEquals(
                Map.of("x-tenant", "acme"), mapping.properties(exchange, false).getHeaders());
    }

    @Test
    void recipientsThatAStrangerChoseAreNotPassedOn() {
        read(
                properties()
                        .headers(Map.of(
                                "CC", List.of(LongStringHelper.asLongString("admin")),
                                "BCC", List.of(LongStringHelper.asLongString("spy"))))
                        .build(),
                new byte[0]);
        assertNull(mapping.properties(exchange, false).getHeaders());
        assertNull(mapping.properties(exchange.copy(), false).getHeaders(), "nor by a part of the message");

        set("CC", List.of("archive"));
        assertEquals(
                Map.of("CC", List.of("archive")),
                mapping.properties(exchange, false).getHeaders(),
                "what the route sets is its own");
    }

    @Test
    void recipientsThatAStrangerChoseAreNotPassedOnUnderANameInOtherLetters() {
        context.init();
        Map<String, Object> headers = new LinkedHashMap<>();
        headers.put("CC", List.of());
        headers.put("cc", List.of(LongStringHelper.asLongString("admin")));
        read(properties().headers(headers).build(), new byte[0]);
        assertEquals(List.of("admin"), exchange.getMessage().getHeader("CC"));

        assertNull(mapping.properties(exchange, false).getHeaders());
    }

    private static List<BasicProperties> passedOn() {
        return List.of(
                properties().build(),
                properties()
                        .contentType("text/csv")
                        .contentEncoding("ISO-8859-1")
                        .build(),
                properties().deliveryMode(1).priority(7).correlationId("c").build(),
                properties().deliveryMode(2).type("t").appId("a").build(),
                properties()
                        .messageId("id")
                        .timestamp(THEN)
                        .replyTo("answers")
                        .expiration("1000")
                        .userId("kuteng")
                        .clusterId("cluster")
                        .build(),
                properties()
                        .headers(Map.of(
                                "tenant",
                                LongStringHelper.asLongString("acme"),
                                "list",
                                List.of(1, LongStringHelper.asLongString("two")),
                                "CC",
                                List.of("admin"),
                                "kuteng-attempt",
                                3,
                                "x-death",
                                List.of("foo"),
                                "CamelSpringRabbitmqRoutingOverrideKey",
                                "admin"))
                        .build());
    }

    @ParameterizedTest
    @MethodSource("passedOn")
    void aMessageWhoseHeadersNobodyAskedForIsSentAsIfSomebodyHad(BasicProperties arrived) {
        for (boolean text : new boolean[] {true, false}) {
            read(arrived, new byte[0]);
            assertFalse(MessageMapping.hasSteeringHeader(exchange.getMessage()));
            BasicProperties sent = mapping.properties(exchange, text);
            assertEquals(StandardCharsets.UTF_8, MessageMapping.charset(exchange));

            assertFalse(exchange.getMessage().getHeaders().isEmpty(), "now somebody has");
            BasicProperties same = mapping.properties(exchange, text);
            assertEquals(withoutIdAndTime(same), withoutIdAndTime(sent));
            assertNotNull(sent.getMessageId());
            assertNotEquals(same.getMessageId(), sent.getMessageId());
            assertNotNull(sent.getTimestamp());
        }
    }

    private static BasicProperties withoutIdAndTime(BasicProperties properties) {
        return properties.builder().messageId(null).timestamp(null).build();
    }

    @Test
    void oneHeaderThatTheRouteSetsIsEnoughToLookAtAll() {
        context.init();
        read(properties().messageId("id").correlationId("c").build(), new byte[0]);
        set("camelspringrabbitmqpriority", 5);

        BasicProperties sent = mapping.properties(exchange, false);

        assertEquals(5, sent.getPriority());
        assertEquals("c", sent.getCorrelationId());
    }

    @Test
    void aMessageThatDidNotArriveIsSteeredByAHeaderInAnyLetters() {
        context.init();
        exchange.getMessage().setHeader("other", 1);
        assertFalse(MessageMapping.hasSteeringHeader(exchange.getMessage()));
        set("camelspringrabbitmqpriority", 5);

        assertTrue(MessageMapping.hasSteeringHeader(exchange.getMessage()));
        assertEquals(5, mapping.properties(exchange, false).getPriority());
    }

    @Test
    void aMessageThatTheRouteMakesOfTheHeadersIsNoWayAroundThat() {
        BasicProperties arrived = properties()
                .headers(Map.of("CC", List.of(LongStringHelper.asLongString("admin")), "x-death", List.of("foo")))
                .build();
        read(arrived, new byte[0]);

        assertEquals(
                Map.of("tenant", "acme"),
                MessageMapping.sendable(
                                exchange,
                                properties()
                                        .headers(Map.of(
                                                "CC", List.of("admin"), "x-death", List.of("foo"), "tenant", "acme"))
                                        .build())
                        .getHeaders());
    }

    @Test
    void headersWithoutEndAreRefusedBeforeAnybodyFollowsThem() {
        Object deep = 1;
        for (int i = 0; i < 10_000; i++) {
            deep = Map.of("inner", deep);
        }
        BasicProperties properties = properties().headers(Map.of("deep", deep)).build();

        assertThrows(HeaderBoundsException.class, () -> read(properties, new byte[0]));
    }

    @Test
    void headersWithoutEndAreNotSentEither() {
        Map<String, Object> circle = new HashMap<>();
        circle.put("again", circle);
        set("circle", circle);

        String refusal = assertThrows(IllegalArgumentException.class, () -> mapping.properties(exchange, false))
                .getMessage();
        assertEquals("header 'circle' is nested more than 16 deep: nobody could receive it", refusal);

        set("circle", Collections.nCopies(2_001, "x"));
        refusal = assertThrows(IllegalArgumentException.class, () -> mapping.properties(exchange, false))
                .getMessage();
        assertEquals("there are more than 2,000 values in the headers: nobody could receive it", refusal);
    }

    private MessageMapping mapping(boolean persistent, boolean identified) {
        WorkQueueComponent component = new WorkQueueComponent();
        component.setCamelContext(context);
        ServiceHelper.initService(component);
        return new MessageMapping(component.getHeaderFilterStrategy(), persistent, identified);
    }

    private void set(String header, Object value) {
        exchange.getMessage().setHeader(header, value);
    }

    private static BasicProperties.Builder properties() {
        return new BasicProperties.Builder();
    }

    private void read(BasicProperties properties, byte[] body) {
        Delivery delivery = delivery(properties, body);
        exchange.setProperty(Work.PROPERTY, Work.detached(delivery));
        mapping.read(delivery, exchange);
    }

    private static Delivery delivery(BasicProperties properties, byte[] body) {
        return new Delivery("kuteng", "kuteng", new Envelope(7, true, "exchange", "key"), properties, body);
    }
}
