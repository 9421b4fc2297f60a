package org.kuteng.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.Topology;

/** A hand-written program on the RabbitMQ Java client: one channel, confirmations asked for and counted. */
final class RawSender implements Sender {
    static final int CLOSE_TIMEOUT_MILLIS = 2_000;
    static final int CONFIRM_PATIENCE_SECONDS = 30;

    /** Room for confirmations that overtake a slow one: more than the broker was ever seen to need. */
    private static final int RING = 1 << 17;

    private static final int MASK = RING - 1;

    private final String queue;
    private final Supplier<BasicProperties> properties;
    private final int window;
    private final Connection connection;
    private final Channel channel;
    private final Semaphore room;
    private final boolean[] unconfirmed = new boolean[RING];
    private long lowest = 1;
    private long next = 1;
    private volatile boolean refused;

    /** @param window how many messages may be unconfirmed; 1: each send waits for the confirmation of the one before */
    RawSender(Broker broker, BenchQueue queue, int window) {
        this(broker, queue.name(), queue::properties, window);
    }

    /** @param properties asked for each message */
    RawSender(Broker broker, String queue, Supplier<BasicProperties> properties, int window) {
        this.queue = queue;
        this.properties = properties;
        this.window = window;
        this.room = new Semaphore(window);
        this.connection = broker.open("kuteng bench raw sender", null);
        try {
            channel = connection.createChannel();
            channel.confirmSelect();
            channel.addConfirmListener(this::settle, (number, multiple) -> {
                refused = true;
                settle(number, multiple);
            });
        } catch (IOException e) {
            connection.abort(CLOSE_TIMEOUT_MILLIS);
            throw BrokerFaults.ofRequest("send to queue '" + queue + "'", e);
        }
    }

    @Override
    public void send(byte[] body) throws InterruptedException {
        acquire(1);
        synchronized (this) {
            if (next - lowest >= RING) {
                throw new BenchException("a message is unconfirmed, and " + RING + " after it are confirmed", null);
            }
            unconfirmed[(int) next++ & MASK] = true;
        }
        try {
            channel.basicPublish(Topology.DEFAULT_EXCHANGE, queue, properties.get(), body);
        } catch (IOException | AlreadyClosedException e) {
            throw BrokerFaults.ofRequest("send to queue '" + queue + "'", e);
        }
    }

    private void acquire(int permits) throws InterruptedException {
        if (!room.tryAcquire(permits, CONFIRM_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new BenchException("the broker confirmed nothing within " + CONFIRM_PATIENCE_SECONDS + " s", null);
        }
        if (refused) {
            throw new BenchException("the broker refused a message", null);
        }
    }

    private void settle(long number, boolean multiple) {
        int count = 0;
        synchronized (this) {
            for (long n = multiple ? lowest : number; n <= number; n++) {
                if (unconfirmed[(int) n & MASK]) {
                    unconfirmed[(int) n & MASK] = false;
                    count++;
                }
            }
            while (lowest < next && !unconfirmed[(int) lowest & MASK]) {
                lowest++;
            }
        }
        room.release(count);
    }

    @Override
    public void awaitConfirmed() throws InterruptedException {
        acquire(window);
        room.release(window);
    }

    @Override
    public void close() {
        connection.abort(CLOSE_TIMEOUT_MILLIS);
    }
}
