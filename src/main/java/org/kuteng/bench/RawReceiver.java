package org.kuteng.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerFaults;

/** A hand-written program on the RabbitMQ Java client: a channel for each consumer, all on one connection. */
final class RawReceiver implements Receiver {
    private static final int IDLE_SECONDS = 1;

    private final Connection connection;
    private volatile boolean closing;

    /** @param messagesPerAck how many messages one acknowledgement stands for */
    RawReceiver(Broker broker, BenchQueue queue, Intake intake, int messagesPerAck) {
        this(broker, Collections.nCopies(intake.consumers(), queue.name()), intake, messagesPerAck);
    }

    /** @param queues one for each consumer */
    RawReceiver(Broker broker, List<String> queues, Intake intake, int messagesPerAck) {
        connection = broker.open("kuteng bench raw receiver", threads(queues.size()));
        try {
            for (String queue : queues) {
                Channel channel = connection.createChannel();
                channel.basicQos(intake.prefetch());
                channel.basicConsume(queue, false, new Acknowledging(channel, messagesPerAck, intake.work()));
            }
        } catch (IOException e) {
            close();
            throw BrokerFaults.ofRequest("consume from queue '" + queues.get(0) + "'", e);
        }
    }

    /** As many as there are consumers; they end by themselves. */
    static ExecutorService threads(int count) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                count, count, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), RawReceiver::daemon);
        // the client still has something to run when its connection has been closed
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "kuteng-bench-raw");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        closing = true;
        connection.abort(RawSender.CLOSE_TIMEOUT_MILLIS);
    }

    private final class Acknowledging extends DefaultConsumer {
        private final int messagesPerAck;
        private final Consumer<byte[]> work;
        private int unacknowledged;

        Acknowledging(Channel channel, int messagesPerAck, Consumer<byte[]> work) {
            super(channel);
            this.messagesPerAck = messagesPerAck;
            this.work = work;
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body)
                throws IOException {
            if (closing) {
                return;
            }
            work.accept(body);
            if (++unacknowledged >= messagesPerAck) {
                unacknowledged = 0;
                acknowledge(envelope.getDeliveryTag());
            }
        }

        private void acknowledge(long tag) throws IOException {
            try {
                getChannel().basicAck(tag, messagesPerAck > 1);
            } catch (AlreadyClosedException e) {
                if (!closing) {
                    throw e;
                }
            }
        }
    }
}
