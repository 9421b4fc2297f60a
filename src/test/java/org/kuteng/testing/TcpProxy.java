package org.kuteng.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A bad network between a client and a broker: connections through it can be cut, frozen, refused, delayed, throttled. */
public final class TcpProxy implements AutoCloseable {
    private final String targetUri;
    private final int targetPort;
    private final int port = FreePort.find();
    private final Line line = new Line();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private ServerSocket server;
    private Thread acceptor;

    private TcpProxy(String targetUri, int targetPort) {
        this.targetUri = targetUri;
        this.targetPort = targetPort;
        accept();
    }

    public static TcpProxy to(TestBroker broker) {
        return new TcpProxy(broker.uri(), broker.port());
    }

    public static TcpProxy toPort(int port) {
        return new TcpProxy("tcp://127.0.0.1:" + port, port);
    }

    /** The broker's URI by way of this proxy. */
    public String uri() {
        return targetUri.replace(":" + targetPort, ":" + port);
    }

    public int port() {
        return port;
    }

    /** Closes every connection without a word; new ones are let in. */
    public void cut() {
        // all of them first: the end of one makes its pump close the other, which must be a reset as well
        sockets.forEach(TcpProxy::resetWhenClosed);
        sockets.forEach(TcpProxy::closeQuietly);
    }

    /** Nothing goes through any more, yet every connection stays open: a network that swallows all packets. */
    public void freeze() {
        line.freeze(true);
    }

    public void thaw() {
        line.freeze(false);
    }

    /** Cuts, and refuses new connections until {@link #accept()}. */
    public synchronized void refuse() {
        closeQuietly(server);
        awaitEndOfAcceptor();
        cut();
    }

    public synchronized void accept() {
        if (server != null && !server.isClosed()) {
            return;
        }
        try {
            server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ServerSocket open = server;
        acceptor = daemon("accepts on " + port, () -> acceptFrom(open));
    }

    /** The port is not closed before the thread has left it. */
    private void awaitEndOfAcceptor() {
        try {
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Each way, on top of what the network takes; zero ends it. */
    public void delay(Duration each) {
        line.delay(each);
    }

    /** Each way and connection; 0 ends it. */
    public void throttle(int bytesPerSecond) {
        line.throttle(bytesPerSecond);
    }

    /** How many clients are connected. */
    public int connections() {
        return sockets.size() / 2;
    }

    @Override
    public void close() {
        refuse();
        thaw();
    }

    private void acceptFrom(ServerSocket open) {
        while (!open.isClosed()) {
            try {
                join(open.accept());
            } catch (IOException e) {
                // refused from now on, or the target is down: the client sees its connection end
            }
        }
    }

    private void join(Socket client) throws IOException {
        Socket target;
        try {
            target = new Socket(InetAddress.getLoopbackAddress(), targetPort);
        } catch (IOException e) {
            resetWhenClosed(client);
            closeQuietly(client);
            throw e;
        }
        sockets.add(client);
        sockets.add(target);
        Runnable hangUp = () -> {
            for (Socket socket : new Socket[] {client, target}) {
                closeQuietly(socket);
                sockets.remove(socket);
            }
        };
        carry(client, target, hangUp);
        carry(target, client, hangUp);
    }

    private void carry(Socket from, Socket to, Runnable hangUp) {
        TcpPump pump = new TcpPump(from, to, line, hangUp);
        daemon("reads for " + port, pump::read);
        daemon("writes for " + port, pump::write);
    }

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, "TCP proxy " + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** With a reset, as when a machine is gone: what was on its way is lost. */
    private static void resetWhenClosed(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // already closed
        }
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // closed is all that was wanted
        }
    }
}
