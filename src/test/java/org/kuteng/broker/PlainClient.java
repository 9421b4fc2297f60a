package org.kuteng.broker;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** RabbitMQ's own Java client with nothing of kuteng in between. */
final class PlainClient {

    private PlainClient() {}

    static Connection connect(int port) throws IOException, TimeoutException {
        return connect(port, EmbeddedBroker.DEFAULT_NAME, EmbeddedBroker.DEFAULT_NAME, EmbeddedBroker.DEFAULT_NAME);
    }

    static Connection connect(int port, String user, String password, String virtualHost)
            throws IOException, TimeoutException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(EmbeddedBroker.HOST);
        factory.setPort(port);
        factory.setUsername(user);
        factory.setPassword(password);
        factory.setVirtualHost(virtualHost);
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection();
    }

    /** A header as text, whatever type the client gives it. */
    static String text(Map<String, Object> headers, String name) {
        return headers.get(name).toString();
    }

    /** Takes everything from a queue: the first byte of each body. */
    static List<Integer> drain(Channel channel, String queue) throws IOException {
        List<Integer> bodies = new ArrayList<>();
        for (GetResponse next = channel.basicGet(queue, true); next != null; next = channel.basicGet(queue, true)) {
            bodies.add((int) next.getBody()[0]);
        }
        return bodies;
    }
}
