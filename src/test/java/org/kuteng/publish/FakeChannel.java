package org.kuteng.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmCallback;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ReturnCallback;
import com.rabbitmq.client.ShutdownListener;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.impl.AMQImpl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A channel of a {@link FakeConnection}. Numbers of messages are those of a broker: it counts what it gets, from 1. */
final class FakeChannel {
    /** What was written on it, as {@code exchange/routing key:body}. */
    final List<String> written = new CopyOnWriteArrayList<>();

    final Listeners listeners = new Listeners();
    private final FakeConnection connection;
    private volatile boolean stopped;
    private volatile ConfirmCallback acked;
    private volatile ConfirmCallback nacked;
    private volatile ReturnCallback returned;

    private final Channel channel = Listeners.proxy(Channel.class, (method, arguments) -> switch (method) {
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
        case "addShutdownListener" -> listeners.add((ShutdownListener) arguments[0]);
        case "queueDeclare", "queueDeclarePassive" -> declare((String) arguments[0]);
        case "exchangeDeclare" -> declare("exchange " + arguments[0]);
        case "rpc" -> select();
        case "close", "abort" -> {
            closedByUs();
            yield null;
        }
        case "isOpen" -> !listeners.isEnded();
        default -> throw new UnsupportedOperationException(method);
    });

    FakeChannel(FakeConnection connection) {
        this.connection = connection;
    }

    Channel channel() {
        return channel;
    }

    boolean isOpen() {
        return !listeners.isEnded();
    }

    private Object select() {
        if (listeners.isEnded()) {
            throw new AlreadyClosedException(listeners.end());
        }
        connection.channels.add(this);
        return null;
    }

    private Object declare(String queue) {
        connection.onDeclare.run();
        if (connection.refusal != null) {
            throw new ShutdownSignalException(false, false, connection.refusal, null);
        }
        if (listeners.isEnded()) {
            throw new AlreadyClosedException(listeners.end());
        }
        connection.declared.add(queue);
        return queue.startsWith("exchange ") ? null : new AMQImpl.Queue.DeclareOk(queue, 0, 0);
    }

    private Object publish(OutgoingMessage message) throws Exception {
        connection.onWrite.run();
        if (listeners.isEnded()) {
            throw new AlreadyClosedException(listeners.end());
        }
        Map<String, Object> headers = message.properties().getHeaders();
        if (headers != null && headers.containsKey(FakeConnection.CANNOT_BE_WRITTEN)) {
            throw new IllegalArgumentException("Invalid value in table");
        }
        Throwable thrown = connection.thrown;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown != null) {
            throw (Exception) thrown;
        }
        String line = message.exchange() + "/" + message.routingKey() + ":"
                + new String(message.body(), StandardCharsets.UTF_8);
        connection.last = message;
        written.add(line);
        connection.written.add(line);
        connection.onWritten.run();
        return null;
    }

    void ack(long number, boolean multiple) {
        handle(() -> acked.handle(number, multiple));
    }

    void nack(long number, boolean multiple) {
        handle(() -> nacked.handle(number, multiple));
    }

    void giveBack(OutgoingMessage message) {
        giveBack(message, AMQP.NO_ROUTE, "NO_ROUTE");
    }

    void giveBack(OutgoingMessage message, int code, String text) {
        returned.handle(
                new Return(code, text, message.exchange(), message.routingKey(), message.properties(), message.body()));
    }

    /** The broker closes the channel. */
    void close(int code, String text) {
        listeners.end(new ShutdownSignalException(
                false,
                false,
                new AMQP.Channel.Close.Builder().replyCode(code).replyText(text).build(),
                null));
    }

    private void closedByUs() {
        listeners.end(new ShutdownSignalException(
                false,
                true,
                new AMQP.Channel.Close.Builder().replyCode(200).replyText("OK").build(),
                null));
    }

    /** The broker stops the channel, as the embedded one does when a queue is full. */
    void stop() {
        stopped = true;
    }

    void goOn() {
        stopped = false;
    }

    boolean isStopped() {
        return stopped;
    }

    /** What a callback of the client library does. */
    interface Handled {
        void run() throws IOException;
    }

    static void handle(Handled handled) {
        try {
            handled.run();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
