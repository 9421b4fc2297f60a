package org.kuteng.testing;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;

/** A plain amqp-client with one connection and one channel: what is on the wire when neither Camel nor kuteng takes part. */
public final class PlainClient implements AutoCloseable {
    /** Of its connections. */
    public static final String NAME = "plain test client";

    private static final int PATIENCE_MS = 10_000;

    private final Connection connection;
    private final Channel channel;

    private PlainClient(Connection connection) throws IOException {
        this.connection = connection;
        this.channel = connection.createChannel();
    }

    public static PlainClient connect(String uri) {
        try {
            return new PlainClient(factory(uri).newConnection(NAME));
        } catch (IOException | TimeoutException e) {
            throw new IllegalStateException("no AMQP connection to " + uri + ": " + e, e);
        }
    }

    /** Whether a client gets in: port, user and virtual host are all there. */
    static boolean isAnswering(String uri) {
        try (Connection connection = factory(uri).newConnection()) {
            return connection.isOpen();
        } catch (IOException | TimeoutException e) {
            return false;
        }
    }

    private static ConnectionFactory factory(String uri) {
        ConnectionFactory factory = new ConnectionFactory();
        try {
            factory.setUri(uri);
        } catch (URISyntaxException | GeneralSecurityException e) {
            throw new IllegalArgumentException(uri, e);
        }
        // a test wants to see the end of a connection
        factory.setAutomaticRecoveryEnabled(false);
        factory.setConnectionTimeout(3_000);
        factory.setHandshakeTimeout(3_000);
        return factory;
    }

    public Connection connection() {
        return connection;
    }

    public Channel channel() {
        return channel;
    }

    public void declareDurable(String queue) {
        declare(queue, true, Map.of());
    }

    public void declare(String queue, boolean durable, Map<String, Object> arguments) {
        run(() -> channel.queueDeclare(queue, durable, false, false, arguments));
    }

    /** Persistent messages with the bodies {@code body0 ... body(count-1)}; returns when the broker has confirmed them all. */
    public void publish(String queue, String body, int count) {
        confirmed(() -> {
            for (int i = 0; i < count; i++) {
                publishUnconfirmed(queue, body + i, MessageProperties.PERSISTENT_TEXT_PLAIN);
            }
        });
    }

    /**
     * Publishes by {@link #publishUnconfirmed}, and returns when the broker has confirmed it all. To ask how many
     * messages the queue has does not tell as much: RabbitMQ's classic queue answers that before it takes what was
     * published earlier (prioritise_call in rabbit_amqqueue_process).
     */
    public void confirmed(Runnable publishing) {
        run(() -> {
            channel.confirmSelect();
            publishing.run();
            channel.waitForConfirmsOrDie(PATIENCE_MS);
            return null;
        });
    }

    public void publishUnconfirmed(String queue, String body, AMQP.BasicProperties properties) {
        run(() -> {
            channel.basicPublish("", queue, properties, body.getBytes(StandardCharsets.UTF_8));
            return null;
        });
    }

    /** Takes one message and acknowledges it. */
    public Optional<GetResponse> get(String queue) {
        return run(() -> Optional.ofNullable(channel.basicGet(queue, true)));
    }

    public Optional<String> getText(String queue) {
        return get(queue).map(message -> new String(message.getBody(), StandardCharsets.UTF_8));
    }

    /** 0 if the queue is not there, too: a queue of failed work is declared when it is first needed. */
    public long messages(String queue) {
        return count(queue).orElse(0);
    }

    public boolean exists(String queue) {
        return count(queue).isPresent();
    }

    /** On a channel of its own, as a no closes it. */
    private OptionalLong count(String queue) {
        return run(() -> {
            Channel asking = connection.createChannel();
            try {
                return OptionalLong.of(asking.queueDeclarePassive(queue).getMessageCount());
            } catch (IOException e) {
                return none(e);
            } finally {
                if (asking.isOpen()) {
                    asking.close();
                }
            }
        });
    }

    private static OptionalLong none(IOException refusal) throws IOException {
        if (isMissing(refusal)) {
            return OptionalLong.empty();
        }
        throw refusal;
    }

    private static boolean isMissing(IOException refusal) {
        return refusal.getCause() instanceof ShutdownSignalException closed
                && closed.getReason() instanceof AMQP.Channel.Close close
                && close.getReplyCode() == AMQP.NOT_FOUND;
    }

    public int consumers(String queue) {
        return run(() -> channel.queueDeclarePassive(queue)).getConsumerCount();
    }

    public void purge(String queue) {
        run(() -> channel.queuePurge(queue));
    }

    /** Nothing if it is not there, which is a fault to Qpid only. */
    public void delete(String queue) {
        run(() -> {
            Channel deleting = connection.createChannel();
            try {
                deleting.queueDelete(queue);
                deleting.close();
            } catch (IOException e) {
                if (!isMissing(e)) {
                    throw e;
                }
            }
            return null;
        });
    }

    @Override
    public void close() {
        connection.abort(PATIENCE_MS);
    }

    private interface Step<T> {
        T run() throws IOException, InterruptedException, TimeoutException;
    }

    private static <T> T run(Step<T> step) {
        try {
            return step.run();
        } catch (IOException e) {
            // amqp-client puts the broker's words into the cause only
            String words = e.getCause() == null ? e.toString() : e.getCause().getMessage();
            throw new UncheckedIOException(words, e);
        } catch (TimeoutException e) {
            throw new AssertionError("the broker did not answer within " + PATIENCE_MS + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
