package org.kuteng.broker;

import com.rabbitmq.client.ConnectionFactory;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.SocketFactory;

/**
 * Runs the client's callbacks on the thread that reads from the broker, like {@link SameThread}, but only when that
 * thread has dealt with all that it read in one go, and is about to read from the network again. Brokers send many small
 * messages in one go: whoever waits for them is woken once for all of them. For one connection.
 */
public final class BetweenReads extends SameThread {
    private final Runnable afterwards;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** Null while nothing is read: callbacks run at once then, as they do on any other thread. */
    private volatile Thread reader;

    /** @param afterwards is run whenever callbacks have been run, on the same thread */
    public BetweenReads(Runnable afterwards) {
        this.afterwards = afterwards;
    }

    /** The same connections, except that this executor knows when they read. Not with TLS: callbacks run at once then. */
    ConnectionFactory connecting(ConnectionFactory factory) {
        if (factory.isSSL()) {
            return factory;
        }
        ConnectionFactory watched = factory.clone();
        watched.setSocketFactory(new WatchedSockets());
        return watched;
    }

    @Override
    public void execute(Runnable task) {
        if (Thread.currentThread() == reader) {
            tasks.add(task);
            return;
        }
        try {
            task.run();
        } finally {
            afterwards.run();
        }
    }

    private void runAll() {
        if (tasks.isEmpty()) {
            return;
        }
        try {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        } finally {
            afterwards.run();
        }
    }

    private void aboutToRead() {
        reader = Thread.currentThread();
        runAll();
    }

    /** There may be no further read: whatever comes is run at once. */
    private void readsNoMore() {
        reader = null;
        runAll();
    }

    private final class WatchedSockets extends SocketFactory {
        @Override
        public Socket createSocket() {
            return new WatchedSocket();
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException("the client connects by itself");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            return createSocket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            return createSocket(host.getHostName(), port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
            return createSocket(host, port);
        }
    }

    private final class WatchedSocket extends Socket {
        @Override
        public InputStream getInputStream() throws IOException {
            return new WatchedStream(super.getInputStream());
        }

        @Override
        public void close() throws IOException {
            try {
                super.close();
            } finally {
                readsNoMore();
            }
        }
    }

    /** The client has a buffer of its own before it, and reads from here when that is empty. */
    private final class WatchedStream extends FilterInputStream {
        WatchedStream(InputStream socket) {
            super(socket);
        }

        @Override
        public int read() throws IOException {
            aboutToRead();
            return super.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            aboutToRead();
            return super.read(bytes, offset, length);
        }
    }
}
