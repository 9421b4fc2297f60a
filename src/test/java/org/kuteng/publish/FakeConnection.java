package org.kuteng.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BlockedCallback;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownListener;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.UnblockedCallback;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.kuteng.broker.BrokerKind;

/**
 * The client library's connection without a broker: a test says what the broker answers. What it says without naming a
 * channel, the channel says that was opened last for sending.
 */
public final class FakeConnection {
    /** A header with this name is one that AMQP cannot carry. */
    static final String CANNOT_BE_WRITTEN = "cannot-be-written";

    /** What was written on any channel, as {@code exchange/routing key:body}. */
    public final List<String> written = new CopyOnWriteArrayList<>();

    /** The message that was written last; null if none was. */
    public volatile OutgoingMessage last;

    /** The queues that were declared. */
    public final List<String> declared = new CopyOnWriteArrayList<>();

    /** Those that confirm; others were opened to declare something. */
    final List<FakeChannel> channels = new CopyOnWriteArrayList<>();

    final Listeners listeners = new Listeners();
    volatile Runnable onWrite = () -> {};
    volatile Runnable onWritten = () -> {};
    volatile Runnable onDeclare = () -> {};
    volatile Throwable thrown;
    volatile Method refusal;
    private final BrokerKind kind;
    private final List<FakeChannel> all = new CopyOnWriteArrayList<>();
    private volatile BlockedCallback blocked;
    private volatile UnblockedCallback unblocked;
    private volatile boolean noChannel;
    private volatile int mostChannels = Integer.MAX_VALUE;
    private volatile boolean unconfirmed;

    private final Connection connection = Listeners.proxy(Connection.class, (method, arguments) -> switch (method) {
        case "createChannel" -> noChannel || openChannels() >= mostChannels ? null : createChannel();
        case "addBlockedListener" -> {
            blocked = (BlockedCallback) arguments[0];
            unblocked = (UnblockedCallback) arguments[1];
            yield null;
        }
        case "addShutdownListener" -> listeners.add((ShutdownListener) arguments[0]);
        case "abort" -> {
            end(new ShutdownSignalException(
                    true,
                    true,
                    new AMQP.Connection.Close.Builder()
                            .replyCode(AMQP.REPLY_SUCCESS)
                            .replyText("OK")
                            .build(),
                    null));
            yield null;
        }
        case "isOpen" -> isOpen();
        case "getFrameMax" -> 131_072;
        case "getServerProperties" -> Map.of("product", product());
        default -> throw new UnsupportedOperationException(method);
    });

    FakeConnection(BrokerKind kind) {
        this.kind = kind;
    }

    private String product() {
        return kind == BrokerKind.QPID ? "qpid" : "RabbitMQ";
    }

    private Channel createChannel() {
        FakeChannel opened = new FakeChannel(this);
        all.add(opened);
        if (unconfirmed) {
            channels.add(opened);
        }
        return opened.channel();
    }

    Connection connection() {
        return connection;
    }

    boolean isOpen() {
        return !listeners.isEnded();
    }

    /** The channel for sending that was opened last. */
    FakeChannel lastChannel() {
        return channels.get(channels.size() - 1);
    }

    public void ack(long number, boolean multiple) {
        lastChannel().ack(number, multiple);
    }

    void nack(long number, boolean multiple) {
        lastChannel().nack(number, multiple);
    }

    /** Gives a message back, as the broker does with one that no queue takes. */
    public void giveBack(OutgoingMessage message) {
        lastChannel().giveBack(message);
    }

    void closeChannel(int code, String text) {
        lastChannel().close(code, text);
    }

    void block() {
        FakeChannel.handle(() -> blocked.handle("low on memory"));
    }

    void unblock() {
        FakeChannel.handle(() -> unblocked.handle());
    }

    /** The line is cut. */
    void cut() {
        end(new ShutdownSignalException(true, false, null, null));
    }

    private void end(ShutdownSignalException cause) {
        listeners.end(cause);
        all.forEach(channel -> channel.listeners.end(cause));
    }

    /** From here on a write throws this, and nobody says that the connection is gone. */
    void failWrites(Throwable failure) {
        thrown = failure;
    }

    void refuseDeclarations(int code, String text) {
        refusal =
                new AMQP.Channel.Close.Builder().replyCode(code).replyText(text).build();
    }

    void allowDeclarations() {
        refusal = null;
    }

    void allowNoChannel() {
        noChannel = true;
    }

    private long openChannels() {
        return all.stream().filter(FakeChannel::isOpen).count();
    }

    /** Allows no more than so many at a time. */
    void limitChannels(int most) {
        mostChannels = most;
    }

    void allowChannels() {
        noChannel = false;
    }

    /** Its channels are not in confirm mode. */
    void sendWithoutConfirms() {
        unconfirmed = true;
    }

    /** What the client does while a message is written. */
    void onWrite(Runnable action) {
        onWrite = action;
    }

    /** What the broker does when something is declared. */
    void onDeclare(Runnable action) {
        onDeclare = action;
    }

    /** What happens as soon as a message is written. */
    public void onWritten(Runnable action) {
        onWritten = action;
    }
}
