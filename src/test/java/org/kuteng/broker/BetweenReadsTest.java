package org.kuteng.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.rabbitmq.client.AMQP;
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
    private static final byte[] HEARTBEAT = {AMQP.FRAME_HEARTBEAT, 0, 0, 0, 0, 0, 0, (byte) AMQP.FRAME_END};

    private final List<String> happened = new CopyOnWriteArrayList<>();
    private final BetweenReads betweenReads = new BetweenReads(() -> happened.add("afterwards"));
    private final ExecutorService reader = Executors.newSingleThreadExecutor();
    private ServerSocket server;
    private Socket client;
    private Link link;
    private Socket broker;

    @BeforeEach
    void connect() throws Exception {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        client = new Socket(server.getInetAddress(), server.getLocalPort());
        link = new Link(client, client, betweenReads.reads(), () -> {}, new LargeBodies(Integer.MAX_VALUE));
        broker = server.accept();
    }

    @AfterEach
    void close() throws Exception {
        link.close();
        broker.close();
        server.close();
        reader.shutdownNow();
    }

    private void run(String what) {
        betweenReads.execute(() -> happened.add(what));
    }

    @Test
    void whatTheReaderBringsIsRunTogetherBeforeItReadsAgain() throws Exception {
        broker.getOutputStream().write(HEARTBEAT);
        reader.submit(() -> {
                    link.readFrame();
                    run("first");
                    run("second");
                    happened.add("reads");
                    return null;
                })
                .get();
        assertEquals(List.of("reads"), happened);

        reader.submit(() -> link.readFrame());

        await().until(() -> happened.equals(List.of("reads", "first", "second", "afterwards")));
    }

    @Test
    void whatATaskBringsIsRunWithIt() throws Exception {
        broker.getOutputStream().write(HEARTBEAT);

        reader.submit(() -> {
            link.readFrame();
            betweenReads.execute(() -> {
                happened.add("first");
                run("of the first");
            });
            return link.readFrame();
        });

        await().until(() -> happened.equals(List.of("first", "of the first", "afterwards")));
    }

    @Test
    void onOtherThreadsEverythingIsRunAtOnce() throws Exception {
        run("before anything is read");
        broker.getOutputStream().write(HEARTBEAT);
        reader.submit(() -> link.readFrame()).get();

        run("after");

        assertEquals(List.of("before anything is read", "afterwards", "after", "afterwards"), happened);
    }

    @Test
    void nothingIsLeftWhenTheConnectionIsClosed() throws Exception {
        broker.getOutputStream().write(HEARTBEAT);
        reader.submit(() -> {
                    link.readFrame();
                    run("brought");
                    link.close();
                    run("after the end");
                    return null;
                })
                .get();

        assertEquals(List.of("brought", "afterwards", "after the end", "afterwards"), happened);
    }
}
