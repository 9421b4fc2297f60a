package org.kuteng.behaviour;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.kuteng.testing.TestBroker;

/** Stands between clients and a broker, and keeps what the clients write: what AMQP methods they use. */
final class WireTap implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final TestBroker broker;

    WireTap(TestBroker broker) throws IOException {
        this.broker = broker;
        daemon(this::accept);
    }

    String uri() {
        return broker.uri().replace(":" + broker.port(), ":" + server.getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket target = new Socket(InetAddress.getLoopbackAddress(), broker.port());
                daemon(() -> carry(client, target, written));
                daemon(() -> carry(target, client, OutputStream.nullOutputStream()));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void carry(Socket from, Socket to, OutputStream copy) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[8_192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                copy.write(buffer, 0, n);
                to.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException e) {
            // one of them has ended
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "wire tap");
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether a client has sent confirm.select: a method frame of 5 bytes, class 85, method 10. */
    boolean sawConfirmSelect() {
        return saw(0, 0, 0, 5, 0, 85, 0, 10);
    }

    /** Whether a client has sent basic.ack: a method frame of 13 bytes, class 60, method 80. */
    boolean sawAck() {
        return saw(0, 0, 0, 13, 0, 60, 0, 80);
    }

    /** How many connections of this name clients have opened. */
    int connectionsNamed(String name) {
        String length = new String(new char[] {0, 0, 0, (char) name.length()});
        String property = "connection_nameS" + length + name;
        String all = written.toString(StandardCharsets.ISO_8859_1);
        int count = 0;
        for (int at = all.indexOf(property); at >= 0; at = all.indexOf(property, at + 1)) {
            count++;
        }
        return count;
    }

    private boolean saw(int... bytes) {
        byte[] wanted = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            wanted[i] = (byte) bytes[i];
        }
        return written.toString(StandardCharsets.ISO_8859_1).contains(new String(wanted, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
