package org.kuteng.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.rabbitmq.client.ConnectionFactory;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BetweenReadsTest {
    private final List<String> happened = new CopyOnWriteArrayList<>();
    private final BetweenReads betweenReads = new BetweenReads(() -> happened.add("afterwards"));
    private final ExecutorService reader = Executors.newSingleThreadExecutor();
    private ServerSocket server;
    private Socket client;
    private Socket broker;

    @BeforeEach
    void connect() throws Exception {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        client = betweenReads
                .connecting(new ConnectionFactory())
                .getSocketFactory()
                .createSocket();
        client.connect(server.getLocalSocketAddress());
        broker = server.accept();
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        broker.close();
        server.close();
        reader.shutdownNow();
    }

    private void run(String what) {
        betweenReads.execute(() -> happened.add(what));
    }

    /** What the thread of the client does that reads. */
    private int read(InputStream in) throws Exception {
        return in.read(new byte[10], 0, 10);
    }

    @Test
    void whatTheReaderBringsIsRunTogetherBeforeItReadsAgain() throws Exception {
        InputStream in = client.getInputStream();
        broker.getOutputStream().write(1);
        reader.submit(() -> {
                    read(in);
                    run("first");
                    run("second");
                    happened.add("reads");
                    return null;
                })
                .get();
        assertEquals(List.of("reads"), happened);

        reader.submit(() -> read(in));

        await().until(() -> happened.equals(List.of("reads", "first", "second", "afterwards")));
    }

    @Test
    void whatATaskBringsIsRunWithIt() throws Exception {
        InputStream in = client.getInputStream();
        broker.getOutputStream().write(1);

        reader.submit(() -> {
            read(in);
            betweenReads.execute(() -> {
                happened.add("first");
                run("of the first");
            });
            return read(in);
        });

        await().until(() -> happened.equals(List.of("first", "of the first", "afterwards")));
    }

    @Test
    void onOtherThreadsEverythingIsRunAtOnce() throws Exception {
        run("before anything is read");
        InputStream in = client.getInputStream();
        broker.getOutputStream().write(1);
        reader.submit(() -> read(in)).get();

        run("after");

        assertEquals(List.of("before anything is read", "afterwards", "after", "afterwards"), happened);
    }

    @Test
    void nothingIsLeftWhenTheConnectionIsClosed() throws Exception {
        InputStream in = client.getInputStream();
        broker.getOutputStream().write(1);
        reader.submit(() -> {
                    read(in);
                    run("brought");
                    client.close();
                    run("after the end");
                    return null;
                })
                .get();

        assertEquals(List.of("brought", "afterwards", "after the end", "afterwards"), happened);
    }

    @Test
    void withTlsTheFactoryStaysAsItIs() throws Exception {
        ConnectionFactory plain = new ConnectionFactory();
        assertNotSame(plain, betweenReads.connecting(plain));

        ConnectionFactory tls = new ConnectionFactory();
        tls.useSslProtocol();
        assertSame(tls, betweenReads.connecting(tls));
    }
}
