package org.kuteng.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
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
 * channels for each consumer. A message is acknowledged when the next queue has confirmed it and all before it.
 */
final class RawForwarder implements Receiver {
    /** Room for what is unconfirmed: more than any prefetch count. */
    private static final int RING = 1 << 16;

    private static final int MASK = RING - 1;

    private final Connection from;
    private final Connection to;
    private final String next;
    private final Supplier<BasicProperties> properties;
    private volatile boolean closing;

    /** @param properties asked for each message that is sent */
    RawForwarder(
            Broker broker,
            String queue,
            String next,
            Supplier<BasicProperties> properties,
            int consumers,
            int prefetch) {
        this.next = next;
        this.properties = properties;
        to = broker.open("kuteng bench raw sender", null);
        from = broker.open("kuteng bench raw receiver", RawReceiver.threads(consumers));
        try {
            for (int i = 0; i < consumers; i++) {
                Channel taking = from.createChannel();
                taking.basicQos(prefetch);
                taking.basicConsume(queue, false, new Forwarding(taking, to.createChannel()));
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
        private final long[] tags = new long[RING];
        private final boolean[] confirmed = new boolean[RING];
        private long lowest = 1;
        private long number = 1;

        Forwarding(Channel taking, Channel sending) throws IOException {
            super(taking);
            this.sending = sending;
            sending.confirmSelect();
            sending.addConfirmListener(this::settle, (tag, multiple) -> close());
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties arrived, byte[] body)
                throws IOException {
            if (closing) {
                return;
            }
            synchronized (this) {
                tags[(int) number++ & MASK] = envelope.getDeliveryTag();
            }
            sending.basicPublish(Topology.DEFAULT_EXCHANGE, next, true, properties.get(), body);
        }

        private void settle(long last, boolean multiple) throws IOException {
            long tag = 0;
            synchronized (this) {
                long before = lowest;
                if (multiple) {
                    while (lowest <= last) {
                        confirmed[(int) lowest++ & MASK] = false;
                    }
                } else {
                    confirmed[(int) last & MASK] = true;
                }
                while (confirmed[(int) lowest & MASK]) {
                    confirmed[(int) lowest++ & MASK] = false;
                }
                if (lowest > before) {
                    tag = tags[(int) (lowest - 1) & MASK];
                }
            }
            try {
                if (tag > 0) {
                    getChannel().basicAck(tag, true);
                }
            } catch (AlreadyClosedException e) {
                if (!closing) {
                    throw e;
                }
            }
        }
    }
}
