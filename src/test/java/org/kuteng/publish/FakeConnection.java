package org.kuteng.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.BlockedCallback;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmCallback;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ReturnCallback;
import com.rabbitmq.client.ShutdownListener;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.UnblockedCallback;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The client library's connection with one channel, without a broker: a test says what the broker answers. Numbers of
 * messages are those of a broker: it counts what it gets, from 1.
 */
public final class FakeConnection {

    /** A header with this name is one that AMQP cannot carry. */
    static final String CANNOT_BE_WRITTEN = "cannot-be-written";

    /** What was written, as {@code exchange/routing key:body}. */
    public final List<String> written = new CopyOnWriteArrayList<>();

    /** The message that was written last; null if none was. */
    public volatile OutgoingMessage last;

    /** The queues that were declared. */
    public final List<String> declared = new CopyOnWriteArrayList<>();

    private final List<ShutdownListener> listeners = new ArrayList<>();
    private ConfirmCallback acked;
    private ConfirmCallback nacked;
    private ReturnCallback returned;
    private BlockedCallback blocked;
    private UnblockedCallback unblocked;
    private volatile Runnable onWrite = () -> {};
    private volatile Runnable onWritten = () -> {};
    private volatile boolean writesFail;
    private volatile ShutdownSignalException end;
    private volatile boolean noChannel;
    private volatile Method refusal;

    private final Channel channel = proxy(Channel.class, (method, arguments) -> switch (method) {
        case "basicPublish" ->
            publish(new OutgoingMessage(
                    (String) arguments[0],
                    (String) arguments[1],
                    (Boolean) arguments[2],
                    (BasicProperties) arguments[3],
                    (byte[]) arguments[4]));
        case "addConfirmListener" -> {
            acked = (ConfirmCallback) arguments[0];
            nacked = (ConfirmCallback) arguments[1];
            yield null;
        }
        case "addReturnListener" -> {
            returned = (ReturnCallback) arguments[0];
            yield null;
        }
        case "addShutdownListener" -> addShutdownListener((ShutdownListener) arguments[0]);
        case "queueDeclare" -> {
            if (refusal != null) {
                throw closed(refusal);
            }
            declared.add((String) arguments[0]);
            yield new com.rabbitmq.client.impl.AMQImpl.Queue.DeclareOk((String) arguments[0], 0, 0);
        }
        case "confirmSelect", "close" -> null;
        case "isOpen" -> end == null;
        default -> throw new UnsupportedOperationException(method);
    });

    private final Connection connection = proxy(Connection.class, (method, arguments) -> switch (method) {
        case "createChannel" -> noChannel ? null : channel;
        case "addBlockedListener" -> {
            blocked = (BlockedCallback) arguments[0];
            unblocked = (UnblockedCallback) arguments[1];
            yield null;
        }
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
        case "isOpen" -> end == null;
        case "getServerProperties" -> Map.of("product", "RabbitMQ");
        default -> throw new UnsupportedOperationException(method);
    });

    Connection connection() {
        return connection;
    }

    boolean isOpen() {
        return end == null;
    }

    public void ack(long number, boolean multiple) {
        handle(() -> acked.handle(number, multiple));
    }

    void nack(long number, boolean multiple) {
        handle(() -> nacked.handle(number, multiple));
    }

    /** Gives a message back, as the broker does with one that no queue takes. */
    public void giveBack(OutgoingMessage message) {
        returned.handle(new Return(
                AMQP.NO_ROUTE,
                "NO_ROUTE",
                message.exchange(),
                message.routingKey(),
                message.properties(),
                message.body()));
    }

    void block() {
        handle(() -> blocked.handle("low on memory"));
    }

    void unblock() {
        handle(() -> unblocked.handle());
    }

    /** The line is cut. */
    void cut() {
        end(new ShutdownSignalException(true, false, null, null));
    }

    /** The broker closes the channel. */
    void closeChannel(int code, String text) {
        end(closed(
                new AMQP.Channel.Close.Builder().replyCode(code).replyText(text).build()));
    }

    /** From here on a write fails, and nobody says that the connection is gone. */
    void failWrites() {
        writesFail = true;
    }

    void refuseDeclarations(int code, String text) {
        refusal = closing(code, text);
    }

    void allowNoChannel() {
        noChannel = true;
    }

    /** What the client does while a message is written. */
    void onWrite(Runnable action) {
        onWrite = action;
    }

    /** What happens as soon as a message is written. */
    public void onWritten(Runnable action) {
        onWritten = action;
    }

    private Object publish(OutgoingMessage message) throws IOException {
        onWrite.run();
        if (end != null) {
            throw new AlreadyClosedException(end);
        }
        Map<String, Object> headers = message.properties().getHeaders();
        if (headers != null && headers.containsKey(CANNOT_BE_WRITTEN)) {
            throw new IllegalArgumentException("Invalid value in table");
        }
        if (writesFail) {
            throw new IOException("Broken pipe");
        }
        last = message;
        written.add(message.exchange() + "/" + message.routingKey() + ":"
                + new String(message.body(), StandardCharsets.UTF_8));
        onWritten.run();
        return null;
    }

    private static Method closing(int code, String text) {
        return new AMQP.Channel.Close.Builder().replyCode(code).replyText(text).build();
    }

    private static ShutdownSignalException closed(Method reason) {
        return new ShutdownSignalException(false, false, reason, null);
    }

    private void end(ShutdownSignalException cause) {
        List<ShutdownListener> told;
        synchronized (listeners) {
            if (end != null) {
                return;
            }
            end = cause;
            told = List.copyOf(listeners);
        }
        told.forEach(listener -> listener.shutdownCompleted(cause));
    }

    /** As in the client library, one that comes too late is told at once. */
    private Object addShutdownListener(ShutdownListener listener) {
        synchronized (listeners) {
            if (end == null) {
                listeners.add(listener);
                return null;
            }
        }
        listener.shutdownCompleted(end);
        return null;
    }

    private interface Handled {
        void run() throws IOException;
    }

    private static void handle(Handled handled) {
        try {
            handled.run();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Call {
        Object answer(String method, Object[] arguments) throws Exception;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> switch (method.getName()) {
                    case "toString" -> "fake " + type.getSimpleName();
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    default -> call.answer(method.getName(), arguments);
                }));
    }
}
