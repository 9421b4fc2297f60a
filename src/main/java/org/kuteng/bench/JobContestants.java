package org.kuteng.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.kuteng.app.Settings;
import org.kuteng.broker.Broker;
import org.kuteng.broker.QueueType;

/**
 * Opens the two that do a whole job: kuteng's routes, and a hand-written program on the raw client that gives the same
 * guarantees, sends the same properties (a message-id and a timestamp among them) and has as much under way.
 */
final class JobContestants {
    /** How many messages the raw client has unconfirmed, as many as kuteng by default. */
    static final int WINDOW = 1_000;

    /** How many messages kuteng acknowledges together with the default prefetch count of 250: a quarter of it. */
    private static final int MESSAGES_PER_ACK = 62;

    private final Broker broker;
    private final Function<QueueType, Settings> settings;

    JobContestants(Broker broker, Function<QueueType, Settings> settings) {
        this.broker = broker;
        this.settings = settings;
    }

    /** Puts messages into a queue. */
    void fill(String name, BasicProperties properties, int messages, Function<Integer, byte[]> body)
            throws InterruptedException {
        try (Sender sender = new RawSender(broker, name, () -> properties, WINDOW)) {
            for (int i = 0; i < messages; i++) {
                sender.send(body.apply(i));
            }
            sender.awaitConfirmed();
        }
    }

    /** The raw client, sending as kuteng would. */
    Sender rawSender(BenchQueue queue, boolean text) {
        return new RawSender(broker, queue.name(), sent(queue, text), WINDOW);
    }

    private static Supplier<BasicProperties> sent(BenchQueue queue, boolean text) {
        UUID first = UUID.randomUUID();
        AtomicLong count = new AtomicLong(first.getLeastSignificantBits());
        return () -> new BasicProperties.Builder()
                .contentType(text ? "text/plain" : null)
                .contentEncoding(text ? StandardCharsets.UTF_8.name() : null)
                .deliveryMode(queue.deliveryMode())
                .messageId(new UUID(first.getMostSignificantBits(), count.getAndIncrement()).toString())
                .timestamp(new Date())
                .build();
    }

    Receiver forwarder(Client client, BenchQueue queue, String next, Receiver.Intake intake, boolean async) {
        if (client != Client.KUTENG) {
            return new RawForwarder(
                    broker, queue.name(), next, sent(queue, false), intake, acksTogether(intake.prefetch()));
        }
        return kuteng(
                queue,
                "forward.camel.yaml",
                Map.of(
                        "bench.queue", queue.name(),
                        "bench.next", next,
                        "bench.concurrentConsumers", String.valueOf(intake.consumers()),
                        "bench.prefetchCount", String.valueOf(intake.prefetch()),
                        "bench.asyncConsumer", String.valueOf(async)),
                Map.of())::close;
    }

    /** Reads the files of a folder from when it is opened. */
    BenchCamel fileReader(BenchQueue queue, Path folder) {
        return kuteng(
                queue,
                "file.camel.yaml",
                Map.of("bench.queue", queue.name(), "bench.folder", folder.toString()),
                Map.of());
    }

    BenchCamel splitter(BenchQueue queue) {
        return kuteng(queue, "split.camel.yaml", Map.of("bench.queue", queue.name()), Map.of());
    }

    /**
     * @param raw gets each body from the raw client
     * @param kuteng the same in a route
     */
    Receiver receiver(Client client, BenchQueue queue, Receiver.Intake raw, Processor kuteng) {
        if (client != Client.KUTENG) {
            return new RawReceiver(broker, queue, raw, acksTogether(raw.prefetch()));
        }
        return kuteng(
                queue,
                Contestants.RECEIVE_FILE,
                Map.of(
                        "bench.queue", queue.name(),
                        "bench.concurrentConsumers", String.valueOf(raw.consumers()),
                        "bench.prefetchCount", String.valueOf(raw.prefetch())),
                Map.of("benchWork", kuteng))::close;
    }

    private static int acksTogether(int prefetch) {
        return Math.max(1, Math.min(MESSAGES_PER_ACK, prefetch / 4));
    }

    Receiver retrier(Client client, BenchQueue queue, Duration delay, int prefetch, FailingWork work) {
        if (client != Client.KUTENG) {
            String later = queue.delayed(delay, queue.name());
            return new RawRetrier(broker, queue.name(), later, prefetch, acksTogether(prefetch), work::attempt);
        }
        Processor processor = exchange -> {
            if (!work.attempt((byte[]) exchange.getMessage().getBody())) {
                throw new IllegalStateException("the work fails");
            }
        };
        return kuteng(
                queue,
                "storm.camel.yaml",
                Map.of("bench.queue", queue.name(), "bench.prefetchCount", String.valueOf(prefetch)),
                Map.of("benchWork", processor))::close;
    }

    /** @param queues as many as the routes of the file */
    Receiver routes(Client client, BenchQueue queue, List<String> queues, Receiver.Intake intake) {
        if (client != Client.KUTENG) {
            return new RawReceiver(broker, queues, intake, acksTogether(intake.prefetch()));
        }
        Processor work = exchange -> intake.work().accept(body(exchange));
        return kuteng(
                queue,
                "routes.camel.yaml",
                Map.of("bench.queue", queue.name(), "bench.prefetchCount", String.valueOf(intake.prefetch())),
                Map.of("benchWork", work))::close;
    }

    static byte[] body(Exchange exchange) {
        return (byte[]) exchange.getMessage().getBody();
    }

    private BenchCamel kuteng(BenchQueue queue, String file, Map<String, String> values, Map<String, Object> beans) {
        return BenchCamel.kuteng(settings.apply(queue.type()), broker, new BenchCamel.Routes(file, values, beans));
    }
}
