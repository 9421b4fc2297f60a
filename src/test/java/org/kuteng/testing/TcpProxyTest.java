package org.kuteng.testing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that says back what it hears. */
class TcpProxyTest {
    private ServerSocket server;
    private TcpProxy proxy;

    @BeforeEach
    void startEcho() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread echo = new Thread(this::echo);
        echo.setDaemon(true);
        echo.start();
        proxy = TcpProxy.toPort(server.getLocalPort());
    }

    private void echo() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread one = new Thread(() -> {
                    try (socket) {
                        socket.getInputStream().transferTo(socket.getOutputStream());
                    } catch (IOException e) {
                        // cut by the test
                    }
                });
                one.setDaemon(true);
                one.start();
            } catch (IOException e) {
                // closed at the end of the test
            }
        }
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static int ask(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
        return socket.getInputStream().read();
    }

    @Test
    void whatIsSaidGoesThroughBothWays() throws IOException {
        try (Socket client = connect()) {
            assertEquals(42, ask(client, 42));
            assertEquals(1, proxy.connections());
        }
        await().until(() -> proxy.connections() == 0);
    }

    @Test
    void aCutEndsConnectionsAndNewOnesGetIn() throws IOException {
        try (Socket client = connect()) {
            ask(client, 1);
            proxy.cut();
            assertThrows(SocketException.class, () -> client.getInputStream().read());
        }
        try (Socket client = connect()) {
            assertEquals(2, ask(client, 2));
        }
    }

    @Test
    void whoIsRefusedGetsInLater() throws IOException {
        proxy.refuse();
        assertThrows(ConnectException.class, this::connect);

        proxy.accept();
        try (Socket client = connect()) {
            assertEquals(3, ask(client, 3));
        }
    }

    @Test
    void aFrozenConnectionStaysOpenAndSaysEverythingLater() throws IOException {
        try (Socket client = connect()) {
            ask(client, 1);
            proxy.freeze();
            client.setSoTimeout(200);
            assertThrows(SocketTimeoutException.class, () -> ask(client, 4));

            proxy.thaw();
            client.setSoTimeout(10_000);
            assertEquals(4, client.getInputStream().read());
        }
    }

    @Test
    void aDelayCountsEachWay() throws IOException {
        try (Socket client = connect()) {
            ask(client, 1);
            proxy.delay(Duration.ofMillis(100));
            assertTrue(timeToAsk(client, new byte[1]).toMillis() >= 200);
        }
    }

    @Test
    void aSlowLineTakesItsTime() throws IOException {
        try (Socket client = connect()) {
            ask(client, 1);
            proxy.throttle(100_000);
            // the way there and the way back overlap
            assertTrue(timeToAsk(client, new byte[30_000]).toMillis() >= 250);
        }
    }

    private static Duration timeToAsk(Socket client, byte[] bytes) throws IOException {
        long start = System.nanoTime();
        client.getOutputStream().write(bytes);
        assertEquals(bytes.length, client.getInputStream().readNBytes(bytes.length).length);
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
