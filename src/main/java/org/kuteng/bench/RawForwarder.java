package org.kuteng.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.util.function.Supplier;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.Topology;

/**
 * A hand-written program that takes messages from one queue and sends them to another, on two connections, with two
 * channels for each consumer. Messages are acknowledged when the next queue has confirmed them and all before them.
 */
final class RawForwarder implements Receiver {
    private final Connection from;
    private final Connection to;
    private final String next;
    private final Supplier<BasicProperties> properties;
    private volatile boolean closing;

    /**
     * @param properties asked for each message that is sent
     * @param messagesPerAck how many messages one acknowledgement stands for
     */
    RawForwarder(
            Broker broker,
            String queue,
            String next,
            Supplier<BasicProperties> properties,
            Intake intake,
            int messagesPerAck) {
        this.next = next;
        this.properties = properties;
        to = broker.open("kuteng bench raw sender", null);
        from = broker.open("kuteng bench raw receiver", RawReceiver.threads(intake.consumers()));
        try {
            for (int i = 0; i < intake.consumers(); i++) {
                Channel taking = from.createChannel();
                taking.basicQos(intake.prefetch());
                taking.basicConsume(queue, false, new Forwarding(taking, to.createChannel(), messagesPerAck));
            }
        } catch (IOException e) {
            close();
            throw BrokerFaults.ofRequest("forward from queue '" + queue + "'", e);
        }
    }

    @Override
    public void close() {
        closing = true;
        from.abort(RawSender.CLOSE_TIMEOUT_MILLIS);
        to.abort(RawSender.CLOSE_TIMEOUT_MILLIS);
    }

    private final class Forwarding extends DefaultConsumer {
        private final Channel sending;

        /** A message is sent for each one taken, so that the numbers of both are the same. */
        private final RawAcks acks;

        Forwarding(Channel taking, Channel sending, int messagesPerAck) throws IOException {
            super(taking);
            this.sending = sending;
            this.acks = new RawAcks(taking, messagesPerAck, () -> closing);
            sending.confirmSelect();
            sending.addConfirmListener(this::settle, (number, multiple) -> close());
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties arrived, byte[] body)
                throws IOException {
            if (!closing) {
                sending.basicPublish(Topology.DEFAULT_EXCHANGE, next, true, properties.get(), body);
            }
        }

        private void settle(long number, boolean multiple) throws IOException {
            if (multiple) {
                acks.settleUpTo(number);
            } else {
                acks.settle(number);
            }
        }
    }
}
