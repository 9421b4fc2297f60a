package org.kuteng.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.LongString;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.kuteng.untrusted.BrokerHeaders;
import org.kuteng.untrusted.HeaderBounds;
import org.kuteng.work.Delivery;
import org.kuteng.work.Work;
import org.springframework.amqp.core.MessageDeliveryMode;

/**
 * Between a Camel message and an AMQP message: the same headers as Camel's own component, but text is always UTF-8
 * unless the message says otherwise, and nothing that arrived with one message is passed on as if the route had set it
 * for the next.
 */
final class MessageMapping {
    static final String TEXT_PLAIN = "text/plain";

    /** Headers of kuteng's own tell of one message in one queue, and are not passed on to another. */
    private static final String OWN_PREFIX = "kuteng-";

    /** The headers of Camel's that say how a message is sent begin with this, in any case. */
    private static final String STEERING_PREFIX = "CamelSpringRabbitmq";

    /** AMQP's decimal holds 32 bits and a scale of 8. */
    private static final int MAX_DECIMAL_BITS = 31;

    private static final int MAX_DECIMAL_SCALE = 255;

    private final HeaderFilterStrategy filter;
    private final boolean persistent;
    private final boolean identified;
    private final MessageIds ids = new MessageIds();

    /**
     * @param persistent the delivery mode of messages whose route names none
     * @param identified whether messages get a message-id and a timestamp when the route sets none
     */
    MessageMapping(HeaderFilterStrategy filter, boolean persistent, boolean identified) {
        this.filter = filter;
        this.persistent = persistent;
        this.identified = identified;
    }

    /**
     * Makes what arrived the message of the exchange.
     *
     * @throws org.kuteng.untrusted.HeaderBoundsException if its headers are more than a message may have
     */
    void read(Delivery delivery, Exchange exchange) {
        // before anybody follows them
        HeaderBounds.check(delivery.properties().getHeaders());
        WorkMessage message = new WorkMessage(exchange, this, delivery);
        exchange.setIn(message);
        String type = delivery.properties().getContentType();
        if (type == null || !type.startsWith("text")) {
            message.setBody(delivery.body());
            return;
        }
        String encoding = delivery.properties().getContentEncoding();
        // an encoding that does not exist is thrown: the message is unreadable, and fails as any other
        message.setText(encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding));
    }

    /** Fills in the headers of what arrived. */
    void readHeaders(Delivery delivery, Exchange exchange, Map<String, Object> headers) {
        BasicProperties properties = delivery.properties();
        readHeaders(properties, exchange, headers);
        Envelope envelope = delivery.envelope();
        headers.put(SpringRabbitMQConstants.REDELIVERED, envelope.isRedeliver());
        headers.put(SpringRabbitMQConstants.DELIVERY_TAG, envelope.getDeliveryTag());
        headers.put(SpringRabbitMQConstants.EXCHANGE_NAME, envelope.getExchange());
        headers.put(SpringRabbitMQConstants.ROUTING_KEY, envelope.getRoutingKey());
        Integer mode = properties.getDeliveryMode();
        put(headers, SpringRabbitMQConstants.DELIVERY_MODE, mode == null ? null : MessageDeliveryMode.fromInt(mode));
        put(headers, SpringRabbitMQConstants.TYPE, properties.getType());
        put(headers, SpringRabbitMQConstants.CONTENT_TYPE, properties.getContentType());
        put(headers, SpringRabbitMQConstants.CONTENT_ENCODING, properties.getContentEncoding());
        put(headers, SpringRabbitMQConstants.MESSAGE_ID, properties.getMessageId());
        put(headers, SpringRabbitMQConstants.CORRELATION_ID, properties.getCorrelationId());
        put(headers, SpringRabbitMQConstants.REPLY_TO, properties.getReplyTo());
        put(headers, SpringRabbitMQConstants.EXPIRATION, properties.getExpiration());
        put(headers, SpringRabbitMQConstants.TIMESTAMP, properties.getTimestamp());
        put(headers, SpringRabbitMQConstants.USER_ID, properties.getUserId());
        put(headers, SpringRabbitMQConstants.APP_ID, properties.getAppId());
        put(headers, SpringRabbitMQConstants.PRIORITY, properties.getPriority());
        put(headers, SpringRabbitMQConstants.CLUSTER_ID, properties.getClusterId());
    }

    private void readHeaders(BasicProperties properties, Exchange exchange, Map<String, Object> headers) {
        if (properties.getHeaders() != null) {
            properties.getHeaders().forEach((name, value) -> {
                Object plain = plain(value);
                if (!filter.applyFilterToExternalHeaders(name, plain, exchange)) {
                    headers.put(name, plain);
                }
            });
        }
    }

    private static void put(Map<String, Object> headers, String name, Object value) {
        if (value != null) {
            headers.put(name, value);
        }
    }

    /** A text as the client reads it from a header table is a LongString, also inside lists and tables. */
    private static Object plain(Object value) {
        if (value instanceof LongString text) {
            return text.toString();
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            list.forEach(item -> copy.add(plain(item)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((name, item) -> copy.put(name.toString(), plain(item)));
            return copy;
        }
        return value;
    }

    /** The properties with which the exchange's message is sent. */
    BasicProperties properties(Exchange exchange, boolean text) {
        BasicProperties passedOn = passedOn(exchange);
        if (passedOn != null) {
            return properties(exchange, text, passedOn);
        }
        if (!hasSteeringHeader(exchange.getMessage())) {
            return properties(exchange, text, new BasicProperties());
        }
        Message message = exchange.getMessage();
        BasicProperties.Builder builder = new BasicProperties.Builder();
        String type = message.getHeader(SpringRabbitMQConstants.CONTENT_TYPE, String.class);
        builder.contentType(type == null && text ? TEXT_PLAIN : type);
        builder.contentEncoding(
                text
                        ? charset(exchange).name()
                        : message.getHeader(SpringRabbitMQConstants.CONTENT_ENCODING, String.class));
        MessageDeliveryMode mode = message.getHeader(SpringRabbitMQConstants.DELIVERY_MODE, MessageDeliveryMode.class);
        builder.deliveryMode(
                mode == null ? Integer.valueOf(persistent ? 2 : 1) : Integer.valueOf(MessageDeliveryMode.toInt(mode)));
        builder.priority(message.getHeader(SpringRabbitMQConstants.PRIORITY, Integer.class));
        builder.correlationId(message.getHeader(SpringRabbitMQConstants.CORRELATION_ID, String.class));
        builder.type(message.getHeader(SpringRabbitMQConstants.TYPE, String.class));
        builder.appId(message.getHeader(SpringRabbitMQConstants.APP_ID, String.class));

        BasicProperties old = arrived(exchange);
        String id = own(message, SpringRabbitMQConstants.MESSAGE_ID, String.class, old.getMessageId());
        builder.messageId(id == null && identified ? ids.next() : id);
        Date time = own(message, SpringRabbitMQConstants.TIMESTAMP, Date.class, old.getTimestamp());
        builder.timestamp(time == null && identified ? new Date() : time);
        builder.replyTo(own(message, SpringRabbitMQConstants.REPLY_TO, String.class, old.getReplyTo()));
        builder.expiration(own(message, SpringRabbitMQConstants.EXPIRATION, String.class, old.getExpiration()));
        builder.userId(own(message, SpringRabbitMQConstants.USER_ID, String.class, old.getUserId()));
        builder.headers(table(exchange));
        return builder.build();
    }

    /**
     * The same where the route has set none of them, from those that stay with a message that is passed on: as the headers
     * would have it that nobody has made.
     */
    private BasicProperties properties(Exchange exchange, boolean text, BasicProperties passedOn) {
        String type = passedOn.getContentType();
        Integer mode = passedOn.getDeliveryMode();
        return new BasicProperties.Builder()
                .contentType(type == null && text ? TEXT_PLAIN : type)
                .contentEncoding(text ? StandardCharsets.UTF_8.name() : passedOn.getContentEncoding())
                .deliveryMode(
                        mode == null
                                ? Integer.valueOf(persistent ? 2 : 1)
                                : Integer.valueOf(MessageDeliveryMode.toInt(MessageDeliveryMode.fromInt(mode))))
                .priority(passedOn.getPriority())
                .correlationId(passedOn.getCorrelationId())
                .type(passedOn.getType())
                .appId(passedOn.getAppId())
                .messageId(identified ? ids.next() : null)
                .timestamp(identified ? new Date() : null)
                .headers(table(exchange))
                .build();
    }

    /** With which properties the message of the exchange arrived, if it is the one in hand and nobody touched a header. */
    private static BasicProperties passedOn(Exchange exchange) {
        return exchange.getMessage() instanceof WorkMessage message
                        && message.untouched() != null
                        && message.untouched() == arrived(exchange)
                ? message.untouched()
                : null;
    }

    /** Whether a message may have a header that says how it is sent. */
    static boolean hasSteeringHeader(Message message) {
        if (message instanceof WorkMessage work && work.untouched() != null) {
            return passedOn(message.getExchange()) == null;
        }
        if (message.hasHeaders()) {
            for (String name : message.getHeaders().keySet()) {
                if (name.regionMatches(true, 0, STEERING_PREFIX, 0, STEERING_PREFIX.length())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The charset in which a text is sent: UTF-8, unless the route itself set another content encoding. */
    static Charset charset(Exchange exchange) {
        if (!hasSteeringHeader(exchange.getMessage())) {
            return StandardCharsets.UTF_8;
        }
        String encoding = own(
                exchange.getMessage(),
                SpringRabbitMQConstants.CONTENT_ENCODING,
                String.class,
                arrived(exchange).getContentEncoding());
        return encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding);
    }

    private static BasicProperties arrived(Exchange exchange) {
        Work from = Work.of(exchange);
        return from == null ? new BasicProperties() : from.delivery().properties();
    }

    /** What the route set itself: a value that only arrived with the message in hand does not hold for the next. */
    private static <T> T own(Message message, String header, Class<T> type, T arrived) {
        T value = message.getHeader(header, type);
        return value == null || value.equals(arrived) ? null : value;
    }

    private Map<String, Object> table(Exchange exchange) {
        Map<String, Object> headers = headers(exchange);
        if (headers.isEmpty()) {
            return null;
        }
        Map<String, Object> table = new HashMap<>();
        Map<String, Object> arrived = arrived(exchange).getHeaders();
        Budget budget = new Budget();
        headers.forEach((name, value) -> {
            if (value != null
                    && isSent(name, value, arrived)
                    && !filter.applyFilterToCamelHeaders(name, value, exchange)) {
                table.put(name, budget.writable(name, value, 1));
            }
        });
        return table.isEmpty() ? null : table;
    }

    /** The headers of a message, but not those of Camel's if nobody has asked for one yet: they are not sent. */
    private Map<String, Object> headers(Exchange exchange) {
        BasicProperties passedOn = passedOn(exchange);
        if (passedOn == null) {
            // asked first, since Camel makes a map for whoever asks for it
            return exchange.getMessage().hasHeaders() ? exchange.getMessage().getHeaders() : Map.of();
        }
        Map<String, Object> headers = new HashMap<>();
        readHeaders(passedOn, exchange, headers);
        return headers;
    }

    /** Whether a header may go to the next queue: not if it steers a broker and was not set by the route. */
    private static boolean isSent(String name, Object value, Map<String, Object> arrived) {
        if (name.startsWith(OWN_PREFIX) || BrokerHeaders.isBookkeeping(name)) {
            return false;
        }
        boolean recipients = name.equals("CC") || name.equals("BCC");
        if (!recipients || arrived == null) {
            return true;
        }
        // Camel's headers have one value for a name in any case, so that "cc" may have become the value of "CC"
        return arrived.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .noneMatch(header -> Objects.equals(plain(header.getValue()), plain(value)));
    }

    /**
     * The properties of a message that somebody else made out of the exchange's, without such headers as would steer the
     * broker: see {@link #properties}.
     */
    static BasicProperties sendable(Exchange exchange, BasicProperties properties) {
        Map<String, Object> headers = properties.getHeaders();
        Map<String, Object> arrived = arrived(exchange).getHeaders();
        if (headers == null
                || headers.entrySet().stream()
                        .allMatch(header -> isSent(header.getKey(), header.getValue(), arrived))) {
            return properties;
        }
        Map<String, Object> rest = new HashMap<>(headers);
        rest.entrySet().removeIf(header -> !isSent(header.getKey(), header.getValue(), arrived));
        return properties.builder().headers(rest).build();
    }

    /** Makes values writable, as many and as deep as a receiver would take. */
    private static final class Budget {
        private int values;

        /** A value that AMQP's field table can hold; anything else becomes its text. */
        Object writable(String header, Object value, int depth) {
            if (depth > HeaderBounds.MAX_DEPTH) {
                throw new IllegalArgumentException(HeaderBounds.tooDeep(header) + ": nobody could receive it");
            }
            if (++values > HeaderBounds.MAX_VALUES) {
                throw new IllegalArgumentException(HeaderBounds.tooMany() + ": nobody could receive it");
            }
            if (value instanceof List<?> list) {
                List<Object> copy = new ArrayList<>();
                list.forEach(item -> copy.add(item == null ? "" : writable(header, item, depth + 1)));
                return copy;
            }
            if (value instanceof Map<?, ?> map) {
                Map<String, Object> copy = new LinkedHashMap<>();
                map.forEach((name, item) ->
                        copy.put(String.valueOf(name), item == null ? "" : writable(header, item, depth + 1)));
                return copy;
            }
            return isWritable(value) ? value : value.toString();
        }
    }

    private static boolean isWritable(Object value) {
        if (value instanceof BigDecimal decimal) {
            return decimal.scale() >= 0
                    && decimal.scale() <= MAX_DECIMAL_SCALE
                    && decimal.unscaledValue().bitLength() <= MAX_DECIMAL_BITS;
        }
        return value instanceof String
                || isPrimitive(value)
                || value instanceof Boolean
                || value instanceof byte[]
                || value instanceof Date
                || value instanceof LongString;
    }

    private static boolean isPrimitive(Object value) {
        return value instanceof Integer
                || value instanceof Long
                || value instanceof Double
                || value instanceof Float
                || value instanceof Short
                || value instanceof Byte;
    }
}
