package org.kuteng.broker;

import com.rabbitmq.client.Connection;
import java.util.Locale;

/** Which broker a connection leads to; it says so itself when the connection is opened. */
public enum BrokerKind {
    RABBITMQ,
    /** Apache Qpid Broker-J: the embedded broker, in this process or in another one. */
    QPID;

    /** Anything that does not call itself Qpid is spoken to as RabbitMQ. */
    public static BrokerKind of(Connection connection) {
        Object product = connection.getServerProperties().get("product");
        boolean qpid =
                product != null && product.toString().toLowerCase(Locale.ROOT).contains("qpid");
        return qpid ? QPID : RABBITMQ;
    }
}
