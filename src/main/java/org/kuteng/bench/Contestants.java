package org.kuteng.bench;

import java.util.Map;
import java.util.function.Function;
import org.apache.camel.Processor;
import org.kuteng.app.Settings;
import org.kuteng.broker.Broker;
import org.kuteng.broker.QueueType;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory.ConfirmType;

/** Opens the compared clients. */
final class Contestants {
    /** How many messages the raw client has unconfirmed at its best. */
    private static final int WINDOW = 1_000;

    /** How many messages one acknowledgement of the raw client stands for at its best. */
    private static final int MESSAGES_PER_ACK = 100;

    private static final int SENDING_THREADS = 64;

    static final String RECEIVE_FILE = "receive.camel.yaml";

    private final Broker broker;
    private final Function<QueueType, Settings> settings;

    /** @param settings those of kuteng for a type of queue */
    Contestants(Broker broker, Function<QueueType, Settings> settings) {
        this.broker = broker;
        this.settings = settings;
    }

    Sender sender(Client client, BenchQueue queue) {
        return switch (client) {
            case RAW_BEST -> windowed(queue);
            case RAW -> new RawSender(broker, queue, 1);
            case CAMEL -> plain(queue, ConfirmType.NONE, 1);
            case CAMEL_CONFIRMS -> plain(queue, ConfirmType.CORRELATED, 1);
            case CAMEL_CONFIRMS_64 -> plain(queue, ConfirmType.CORRELATED, SENDING_THREADS);
            case KUTENG -> new RouteSender(BenchCamel.kuteng(settings.apply(queue.type()), broker, sending(queue)), 1);
        };
    }

    /** The raw client that does not wait for each confirmation. */
    Sender windowed(BenchQueue queue) {
        return new RawSender(broker, queue, WINDOW);
    }

    /** Puts messages into a queue, to be consumed. */
    void fill(BenchQueue queue, byte[] body, int messages) throws InterruptedException {
        try (Sender sender = windowed(queue)) {
            for (int i = 0; i < messages; i++) {
                sender.send(body);
            }
            sender.awaitConfirmed();
        }
    }

    private Sender plain(BenchQueue queue, ConfirmType confirms, int threads) {
        return new RouteSender(BenchCamel.plain(broker, confirms, sending(queue)), threads);
    }

    private static BenchCamel.Routes sending(BenchQueue queue) {
        return new BenchCamel.Routes(RouteSender.FILE, Map.of("bench.queue", queue.name()), Map.of());
    }

    Receiver receiver(Client client, BenchQueue queue, Receiver.Intake intake) {
        return switch (client) {
            case RAW_BEST -> new RawReceiver(broker, queue, intake, MESSAGES_PER_ACK);
            case RAW -> new RawReceiver(broker, queue, intake, 1);
            case CAMEL, CAMEL_CONFIRMS, CAMEL_CONFIRMS_64 ->
                BenchCamel.plain(broker, ConfirmType.NONE, receiving(queue, intake))::close;
            case KUTENG -> BenchCamel.kuteng(settings.apply(queue.type()), broker, receiving(queue, intake))::close;
        };
    }

    private static BenchCamel.Routes receiving(BenchQueue queue, Receiver.Intake intake) {
        Processor work =
                exchange -> intake.work().accept((byte[]) exchange.getMessage().getBody());
        return new BenchCamel.Routes(
                RECEIVE_FILE,
                Map.of(
                        "bench.queue", queue.name(),
                        "bench.concurrentConsumers", String.valueOf(intake.consumers()),
                        "bench.prefetchCount", String.valueOf(intake.prefetch())),
                Map.of("benchWork", work));
    }
}
