package org.kuteng.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;
import org.apache.camel.component.springrabbit.DefaultMessageConverter;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.apache.camel.support.DefaultAsyncProducer;
import org.apache.camel.support.service.ServiceHelper;
import org.kuteng.broker.Topology;
import org.kuteng.publish.OutgoingMessage;
import org.kuteng.publish.Publisher;
import org.kuteng.work.SendFollower;
import org.kuteng.work.Work;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.support.DefaultMessagePropertiesConverter;

/** Sends the message of an exchange; the exchange goes on when the broker has it, and fails if it has not. */
final class ConfirmingProducer extends DefaultAsyncProducer {
    private final WorkQueueEndpoint endpoint;
    private final MessageMapping mapping;
    private final Topology topology;
    private Publisher publisher;
    private Executor completions;
    private boolean confirmsEach;
    private boolean declared;
    private AsyncProcessor requestReply;

    ConfirmingProducer(WorkQueueEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.mapping = endpoint.mapping();
        this.topology = endpoint.producerTopology();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (!endpoint.isDisableReplyTo()) {
            requestReply = (AsyncProcessor) endpoint.createRequestReplyProducer();
            ServiceHelper.startService(requestReply);
        }
        publisher = endpoint.getComponent().publisher();
        completions = endpoint.getComponent().completions();
        confirmsEach = endpoint.getComponent().settings().confirmEach();
        publisher.declare(topology);
        declared = true;
    }

    @Override
    protected void doStop() throws Exception {
        if (declared) {
            declared = false;
            publisher.forget(topology);
        }
        ServiceHelper.stopService(requestReply);
        super.doStop();
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        if (requestReply != null && exchange.getPattern().isOutCapable()) {
            return requestReply.process(exchange, callback);
        }
        SendFollower follower = SendFollower.take(exchange);
        try {
            OutgoingMessage message = checked(message(exchange));
            if (follower != null && !confirmsEach && isFollowed(follower, message, exchange)) {
                callback.done(true);
                return true;
            }
            if (!Work.waitsForSends(exchange)) {
                publisher.send(message, workQueue(exchange), failure -> {
                    if (failure != null) {
                        exchange.setException(failure);
                    }
                    callback.done(false);
                });
                return false;
            }
            publisher.sendAndWait(message, workQueue(exchange));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            exchange.setException(e);
        } catch (Throwable e) {
            exchange.setException(e);
        }
        callback.done(true);
        return true;
    }

    /** Sends without waiting: what the exchange belongs to waits for the broker. */
    private boolean isFollowed(SendFollower follower, OutgoingMessage message, Exchange exchange)
            throws InterruptedException {
        SendFollower.Following following = follower.follow(message.target(), completions);
        if (following == null) {
            return false;
        }
        boolean sent = false;
        try {
            publisher.send(message, workQueue(exchange), following);
            sent = true;
        } finally {
            if (!sent) {
                following.withdraw();
            }
        }
        return true;
    }

    /** The queue whose work sends; null if no worker does. */
    private static String workQueue(Exchange exchange) {
        Work work = Work.of(exchange);
        return work == null ? null : work.delivery().workQueue();
    }

    private OutgoingMessage checked(OutgoingMessage message) {
        refuseAbove(message.body().length, message.target());
        return message;
    }

    private void refuseAbove(long size, String target) {
        int most = endpoint.getComponent().broker().settings().maxMessageSize();
        if (size > most) {
            throw new IllegalArgumentException("message for " + target + " not sent: its body has " + size
                    + " bytes, and kuteng.message.maxSize allows " + most);
        }
    }

    private OutgoingMessage message(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        boolean steered = MessageMapping.hasSteeringHeader(message);
        String exchangeName = steered ? take(message, SpringRabbitMQConstants.EXCHANGE_OVERRIDE_NAME) : null;
        String routingKey = steered ? take(message, SpringRabbitMQConstants.ROUTING_OVERRIDE_KEY) : null;
        String target = exchangeName == null ? endpoint.exchange() : WorkQueueEndpoint.exchange(exchangeName);
        String key = routingKey == null ? endpoint.getRoutingKey() : routingKey;
        if (target.equals(Topology.DEFAULT_EXCHANGE) && key.isBlank()) {
            throw new IllegalArgumentException("no routing key: " + endpoint
                    + " sends to the default exchange, where the routing key names the queue; set routingKey");
        }
        boolean mandatory = endpoint.getComponent().settings().confirm();
        byte[] unread = unread(exchange, message);
        if (unread != null) {
            return new OutgoingMessage(target, key, mandatory, mapping.properties(exchange, true), unread);
        }
        Object body = plain(message.getBody());
        if (body instanceof org.springframework.amqp.core.Message ready) {
            return springMessage(exchange, target, key, ready);
        }
        if (hasOwnConverter() && body != null) {
            MessageProperties properties =
                    endpoint.getMessagePropertiesConverter().toMessageProperties(exchange);
            return springMessage(
                    exchange, target, key, endpoint.getMessageConverter().toMessage(body, properties));
        }
        boolean text = body instanceof String;
        return new OutgoingMessage(target, key, mandatory, mapping.properties(exchange, text), bytes(exchange, body));
    }

    private boolean hasOwnConverter() {
        return !(endpoint.getMessageConverter() instanceof DefaultMessageConverter);
    }

    /** The bytes of a text that no step has asked for; null if the body has to be asked for. */
    private byte[] unread(Exchange exchange, Message message) {
        return message instanceof WorkMessage work && work.isUnread() && !hasOwnConverter()
                ? work.unreadBytes(MessageMapping.charset(exchange))
                : null;
    }

    /** A number, as a counter or a column of a database gives it, goes as text: Camel has no conversion to bytes for it. */
    private static Object plain(Object body) {
        return body instanceof Number || body instanceof Boolean || body instanceof Character ? body.toString() : body;
    }

    private static String take(Message message, String header) {
        String value = message.getHeader(header, String.class);
        message.removeHeader(header);
        return value;
    }

    private byte[] bytes(Exchange exchange, Object body) throws Exception {
        if (body == null) {
            if (endpoint.isAllowNullBody()) {
                return new byte[0];
            }
            throw new IllegalArgumentException(
                    "the message for " + endpoint + " has no body; set a body, or allowNullBody=true");
        }
        if (body instanceof String text) {
            return text.getBytes(MessageMapping.charset(exchange));
        }
        // before it fills the heap
        refuseAbove(knownSize(body), endpoint.toString());
        return body instanceof byte[] bytes ? bytes : exchange.getMessage().getMandatoryBody(byte[].class);
    }

    /** How many bytes a body has that is not in memory yet; 0 if it does not tell. */
    private static long knownSize(Object body) {
        if (body instanceof StreamCache stream) {
            return stream.length();
        }
        Object content = body instanceof WrappedFile<?> wrapped ? wrapped.getFile() : body;
        return content instanceof File file ? file.length() : 0;
    }

    /** A message that the route or a converter of the user's made itself is sent as it is, but for what arrived. */
    private OutgoingMessage springMessage(
            Exchange exchange, String target, String key, org.springframework.amqp.core.Message message) {
        BasicProperties properties = new DefaultMessagePropertiesConverter()
                .fromMessageProperties(message.getMessageProperties(), StandardCharsets.UTF_8.name());
        return new OutgoingMessage(
                target,
                key,
                endpoint.getComponent().settings().confirm(),
                MessageMapping.sendable(exchange, properties),
                message.getBody());
    }
}
