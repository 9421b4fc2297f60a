package org.kuteng.once;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestDatabase;

/**
 * What a careful person writes with the client library and JDBC: the key and the row in one transaction, then the
 * acknowledgement. No retries, no dead letters, no reconnecting.
 */
final class HandWrittenWorker implements AutoCloseable {
    private final HikariDataSource pool;
    private final ExecutorService threads;
    private final Connection connection;
    private final int workMillis;
    private final Runnable done;

    HandWrittenWorker(
            TestBroker broker,
            TestDatabase database,
            String queue,
            int consumers,
            int prefetch,
            int workMillis,
            Runnable done)
            throws Exception {
        this.workMillis = workMillis;
        this.done = done;
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(consumers);
        config.setAutoCommit(false);
        this.pool = new HikariDataSource(config);
        this.threads = Executors.newFixedThreadPool(consumers);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        factory.setAutomaticRecoveryEnabled(false);
        this.connection = factory.newConnection(threads);
        for (int i = 0; i < consumers; i++) {
            Channel channel = connection.createChannel();
            channel.basicQos(prefetch);
            channel.basicConsume(queue, false, new Consumer(channel, queue));
        }
    }

    @Override
    public void close() throws IOException {
        connection.abort();
        threads.shutdownNow();
        pool.close();
    }

    private final class Consumer extends DefaultConsumer {
        private final String queue;

        Consumer(Channel channel, String queue) {
            super(channel);
            this.queue = queue;
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body)
                throws IOException {
            try {
                work(properties.getMessageId(), new String(body, StandardCharsets.UTF_8));
                getChannel().basicAck(envelope.getDeliveryTag(), false);
            } catch (SQLException e) {
                getChannel().basicNack(envelope.getDeliveryTag(), false, true);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void work(String id, String body) throws SQLException, InterruptedException {
            try (java.sql.Connection sql = pool.getConnection();
                    PreparedStatement key = sql.prepareStatement(
                            "INSERT INTO kuteng_once (queue, message_key) VALUES (?, ?) ON CONFLICT DO NOTHING");
                    PreparedStatement effect = sql.prepareStatement("INSERT INTO effect (id, body) VALUES (?, ?)")) {
                key.setString(1, queue);
                key.setString(2, id);
                if (key.executeUpdate() == 1) {
                    Thread.sleep(workMillis);
                    effect.setString(1, id);
                    effect.setString(2, body);
                    effect.executeUpdate();
                }
                sql.commit();
                done.run();
            }
        }
    }
}
