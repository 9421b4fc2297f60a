package org.kuteng.broker;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.FrameHandler;
import com.rabbitmq.client.impl.FrameHandlerFactory;
import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/** The client library's factory of connections, except that each gets a {@link Link} to the broker. */
final class Links extends ConnectionFactory {
    private final SSLSocketFactory tls;
    private final int largestBody;
    private Link.Reads reads = Link.Reads.NOBODY;
    private Runnable lost = () -> {};

    /**
     * @param tls null without TLS
     * @param largestBody the largest body in bytes that is held; larger ones are read past
     */
    Links(SSLSocketFactory tls, int largestBody) {
        this.tls = tls;
        this.largestBody = largestBody;
        // the link sees to it
        setMaxInboundMessageBodySize(Integer.MAX_VALUE);
    }

    /**
     * The same, for one connection.
     *
     * @param watching is told of each read
     * @param onLoss is run when the connection is lost, before anybody else is told; perhaps more than once
     */
    Links of(Link.Reads watching, Runnable onLoss) {
        Links one = (Links) clone();
        one.reads = watching;
        one.lost = onLoss;
        return one;
    }

    @Override
    protected synchronized FrameHandlerFactory createFrameHandlerFactory() {
        return this::connect;
    }

    private FrameHandler connect(Address node, String connectionName) throws IOException {
        Socket raw = new Socket();
        try {
            int port = portOrDefault(node.getPort(), isSSL());
            raw.connect(node.toInetSocketAddress(port), getConnectionTimeout());
            Socket socket = tls == null ? raw : tls.createSocket(raw, node.getHost(), port, true);
            getSocketConfigurator().configure(socket);
            return new Link(raw, socket, reads, lost, new LargeBodies(largestBody));
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }
}
