package org.kuteng.chaos;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/**
 * Publishes each message twice: half of them at once, so that both are in hand at the same time, half some messages
 * later. What the broker has not confirmed when it is killed is published once more.
 */
final class TwicePublisher implements Runnable {
    private static final int BATCH = 50;

    /** How far it runs ahead of the workers, in messages. */
    private static final int AHEAD = 1_500;

    private static final int CONFIRM_TIMEOUT_MILLIS = 10_000;
    private static final int RETRY_MILLIS = 200;

    private final TestBroker broker;
    private final String queue;
    private final int keys;
    private final LongSupplier done;
    private volatile boolean ended;
    private volatile Throwable failure;

    /** @param done how many messages the workers have done */
    TwicePublisher(TestBroker broker, String queue, int keys, LongSupplier done) {
        this.broker = broker;
        this.queue = queue;
        this.keys = keys;
        this.done = done;
    }

    static String key(int number) {
        return "key-" + number;
    }

    @Override
    public void run() {
        try {
            List<String> order = order();
            for (int begin = 0; begin < order.size(); begin += BATCH) {
                while (begin / 2 > done.getAsLong() + AHEAD) {
                    Thread.sleep(RETRY_MILLIS / 10);
                }
                publish(order.subList(begin, Math.min(order.size(), begin + BATCH)));
            }
            ended = true;
        } catch (InterruptedException | RuntimeException e) {
            failure = e;
        }
    }

    private List<String> order() {
        List<String> order = new ArrayList<>();
        List<String> later = new ArrayList<>();
        Random random = new Random(keys);
        for (int i = 0; i < keys; i++) {
            order.add(key(i));
            if (i % 2 == 0) {
                order.add(key(i));
            } else {
                later.add(key(i));
            }
            if (later.size() > BATCH) {
                order.add(later.remove(random.nextInt(later.size())));
            }
        }
        order.addAll(later);
        return order;
    }

    private void publish(List<String> batch) throws InterruptedException {
        while (true) {
            try (PlainClient client = PlainClient.connect(broker.uri())) {
                client.declareDurable(queue);
                client.channel().confirmSelect();
                for (String key : batch) {
                    client.publishUnconfirmed(
                            queue,
                            key,
                            new BasicProperties.Builder()
                                    .messageId(key)
                                    .deliveryMode(2)
                                    .contentType("text/plain")
                                    .build());
                }
                client.channel().waitForConfirmsOrDie(CONFIRM_TIMEOUT_MILLIS);
                return;
            } catch (java.io.IOException | java.util.concurrent.TimeoutException | RuntimeException e) {
                // the broker is away: the same once more, which may make a third copy
                Thread.sleep(RETRY_MILLIS);
            }
        }
    }

    boolean hasEnded() {
        if (failure != null) {
            throw new AssertionError("the publisher has failed", failure);
        }
        return ended;
    }
}
