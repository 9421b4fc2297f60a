package org.kuteng.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.Topology;

/**
 * A hand-written program that sends what fails to a queue from which it comes back after a while, and acknowledges it
 * when that queue has confirmed it. A header counts the attempts.
 */
final class RawRetrier implements Receiver {
    private static final String ATTEMPTS = "attempts";

    private final Connection from;
    private final Connection to;
    private final Channel sending;
    private final RawAcks acks;
    private final String later;
    private final Function<byte[], Boolean> work;
    private final Map<Long, Long> unconfirmed = new ConcurrentHashMap<>();
    private long lowest = 1;
    private volatile boolean closing;

    /**
     * @param later where messages wait for their next attempt
     * @param messagesPerAck how many messages one acknowledgement stands for
     * @param work whether it succeeds
     */
    RawRetrier(
            Broker broker,
            String queue,
            String later,
            int prefetch,
            int messagesPerAck,
            Function<byte[], Boolean> work) {
        this.later = later;
        this.work = work;
        to = broker.open("kuteng bench raw sender", null);
        from = broker.open("kuteng bench raw receiver", RawReceiver.threads(1));
        try {
            Channel taking = from.createChannel();
            sending = to.createChannel();
            sending.confirmSelect();
            acks = new RawAcks(taking, messagesPerAck, () -> closing);
            sending.addConfirmListener(this::settle, (number, multiple) -> close());
            taking.basicQos(prefetch);
            taking.basicConsume(queue, false, new Retrying(taking));
        } catch (IOException e) {
            close();
            throw BrokerFaults.ofRequest("consume from queue '" + queue + "'", e);
        }
    }

    @Override
    public void close() {
        closing = true;
        from.abort(RawSender.CLOSE_TIMEOUT_MILLIS);
        to.abort(RawSender.CLOSE_TIMEOUT_MILLIS);
    }

    private void settle(long last, boolean multiple) throws IOException {
        for (long number = multiple ? lowest : last; number <= last; number++) {
            Long tag = unconfirmed.remove(number);
            if (tag != null) {
                acks.settle(tag);
            }
        }
        lowest = multiple ? last + 1 : lowest;
    }

    private final class Retrying extends DefaultConsumer {
        Retrying(Channel taking) {
            super(taking);
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body)
                throws IOException {
            if (closing) {
                return;
            }
            if (work.apply(body)) {
                acks.settle(envelope.getDeliveryTag());
                return;
            }
            Map<String, Object> headers = properties.getHeaders() == null ? Map.of() : properties.getHeaders();
            int attempts = headers.get(ATTEMPTS) instanceof Integer before ? before + 1 : 1;
            unconfirmed.put(sending.getNextPublishSeqNo(), envelope.getDeliveryTag());
            sending.basicPublish(
                    Topology.DEFAULT_EXCHANGE,
                    later,
                    true,
                    properties.builder().headers(Map.of(ATTEMPTS, attempts)).build(),
                    body);
        }
    }
}
