package org.kuteng.publish;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerKind;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.ConnectionSettings;

/** A broker that hands out {@link FakeConnection}s and keeps them. */
public final class FakeBroker extends Broker {
    public static final int MAX_MESSAGE_SIZE = 100_000;

    public final List<FakeConnection> connections = new CopyOnWriteArrayList<>();

    private volatile boolean away;
    private volatile Consumer<FakeConnection> onOpen = connection -> {};

    private final BrokerKind kind;

    public FakeBroker() {
        this(BrokerKind.RABBITMQ);
    }

    FakeBroker(BrokerKind kind) {
        super(new ConnectionSettings(
                List.of(BrokerUri.parse("amqp://kuteng:secret@broker.example/kuteng")),
                null,
                true,
                Duration.ZERO,
                Duration.ofSeconds(1),
                Duration.ofMillis(10),
                MAX_MESSAGE_SIZE));
        this.kind = kind;
    }

    @Override
    public Connection open(String name, ExecutorService executor) {
        if (away) {
            throw new BrokerException(
                    BrokerException.Cure.TIME, "broker at broker.example:5672 is not reachable", null);
        }
        FakeConnection opened = new FakeConnection(kind);
        onOpen.accept(opened);
        connections.add(opened);
        return opened.connection();
    }

    void goAway() {
        away = true;
    }

    void comeBack() {
        away = false;
    }

    /** What is to be done with each connection before it is handed out. */
    public void onOpen(Consumer<FakeConnection> action) {
        onOpen = action;
    }

    /** Whether the broker stopped a channel of one of the connections. */
    boolean isStopped(Channel channel) {
        return connections.stream()
                .flatMap(connection -> connection.channels.stream())
                .anyMatch(fake -> fake.channel() == channel && fake.isStopped());
    }

    /** The connection that was opened last. */
    public FakeConnection last() {
        return connections.get(connections.size() - 1);
    }
}
