package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** All at once. */
class ManySendersTest extends PublisherFixture {

    @Test
    void manySendersAndManyLostConnectionsAndEachMessageIsConfirmedOnce() throws Exception {
        int senders = 4;
        int messages = 300;
        Publisher publisher = publisher(settings(PATIENT, 20, true));
        List<Outcome> outcomes = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int s = 0; s < senders; s++) {
            List<Outcome> own = new ArrayList<>();
            for (int m = 0; m < messages; m++) {
                own.add(new Outcome());
            }
            outcomes.addAll(own);
            String name = "sender-" + s + "-";
            String queue = s < 2 ? "one" : "other";
            threads.add(new Thread(() -> {
                for (int m = 0; m < messages; m++) {
                    sendUnchecked(publisher, message("", queue, name + m), own.get(m));
                }
            }));
        }
        threads.forEach(Thread::start);

        Random random = new Random(4711);
        await().pollInterval(Duration.ofMillis(1)).timeout(PATIENT).until(() -> {
            FakeConnection connection = broker.last();
            if (random.nextInt(4) == 0) {
                connection.cut();
            } else {
                for (FakeChannel channel : connection.channels) {
                    answer(channel, random);
                }
            }
            return outcomes.stream().noneMatch(Outcome::isOpen);
        });

        for (Thread thread : threads) {
            thread.join();
        }
        outcomes.forEach(Outcome::isConfirmed);
        assertTrue(broker.connections.size() > 5, "connections were lost");
        assertTrue(openConnections() <= 1, "no connection was left open");
    }

    private static void answer(FakeChannel channel, Random random) {
        int numbers = channel.written.size();
        if (numbers > 0) {
            channel.ack(1 + random.nextInt(numbers), random.nextBoolean());
            channel.ack(numbers, random.nextBoolean());
        }
    }

    @Test
    void whateverIsRefusedInBetweenIsConfirmedOnceOrRefused() throws Exception {
        Publisher publisher = publisher(settings(PATIENT, 20, true));
        List<Outcome> outcomes = new ArrayList<>();
        for (int m = 0; m < 600; m++) {
            outcomes.add(new Outcome());
        }
        Thread sender = new Thread(() -> {
            for (int m = 0; m < outcomes.size(); m++) {
                sendUnchecked(publisher, message("m" + m), outcomes.get(m));
            }
        });
        sender.start();

        Random random = new Random(42);
        await().pollInterval(Duration.ofMillis(1)).timeout(PATIENT).until(() -> {
            for (FakeConnection connection : broker.connections) {
                for (FakeChannel channel : connection.channels) {
                    int numbers = channel.written.size();
                    if (channel.isOpen() && numbers > 0) {
                        channel.nack(1 + random.nextInt(numbers), random.nextInt(10) == 0);
                        channel.ack(numbers, random.nextBoolean());
                    }
                }
            }
            return outcomes.stream().noneMatch(Outcome::isOpen);
        });

        sender.join();
        outcomes.forEach(Outcome::isTold);
        assertTrue(broker.connections.size() <= 3);
    }
}
