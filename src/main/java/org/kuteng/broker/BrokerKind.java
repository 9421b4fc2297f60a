package org.kuteng.broker;

import com.rabbitmq.client.Connection;
import java.util.Locale;
import java.util.Map;

/** Which broker a connection leads to; it says so itself when the connection is opened. */
public enum BrokerKind {
    RABBITMQ("RabbitMQ"),
    /** Apache Qpid Broker-J: the embedded broker, in this process or in another one. */
    QPID("Qpid");

    private final String text;

    BrokerKind(String text) {
        this.text = text;
    }

    /** Anything that does not call itself Qpid is spoken to as RabbitMQ. */
    public static BrokerKind of(Connection connection) {
        Map<String, Object> properties = connection.getServerProperties();
        Object product = properties == null ? null : properties.get("product");
        boolean qpid =
                product != null && product.toString().toLowerCase(Locale.ROOT).contains("qpid");
        return qpid ? QPID : RABBITMQ;
    }

    /** Its name as people write it. */
    @Override
    public String toString() {
        return text;
    }
}
