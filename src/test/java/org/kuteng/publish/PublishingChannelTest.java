package org.kuteng.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PublishingChannelTest {
    private static final long TIMEOUT = PublishSettings.DEFAULT_CONFIRM_TIMEOUT.toNanos();

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final FakeConnection connection = new FakeConnection();
    private final List<Unconfirmed> handedOver = new ArrayList<>();
    private PublishingChannel channel;

    @BeforeEach
    void open() throws IOException {
        channel = new PublishingChannel(connection.connection(), PublishSettings.DEFAULTS, new Owner(), timer);
        channel.watch();
    }

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    @Test
    void aMessageIsOverdueWhenTheTimeOutHasPassedSinceItWasWritten() {
        Unconfirmed waitedLong = message();
        long before = System.nanoTime();
        channel.write(waitedLong);

        assertEquals(List.of(), channel.takeOverdue(before + TIMEOUT - 1));
        assertEquals(List.of(waitedLong), channel.takeOverdue(System.nanoTime() + TIMEOUT + 1));
        assertEquals(List.of(), channel.takeOverdue(System.nanoTime() + TIMEOUT + 1));
    }

    @Test
    void aMessageIsNotOverdueWhileItIsBeingWritten() {
        Unconfirmed written = message();
        channel.write(written);
        Unconfirmed heldUp = message();
        List<Unconfirmed> overdue = new ArrayList<>();
        connection.onWrite(() -> overdue.addAll(channel.takeOverdue(System.nanoTime() + 2 * TIMEOUT)));

        channel.write(heldUp);

        assertEquals(List.of(written), overdue);
        assertEquals(1, channel.unconfirmed());
    }

    @Test
    void aWriteThatIsHeldUpIsToldOnce() {
        connection.onWrite(() -> {
            channel.takeOverdue(System.nanoTime());
            assertEquals(List.of(), blockedFor);
            channel.takeOverdue(System.nanoTime() + 2 * TIMEOUT);
            channel.takeOverdue(System.nanoTime() + 3 * TIMEOUT);
        });

        channel.write(message());

        assertEquals(List.of("a write is held up: a queue is full, or the broker is busy"), blockedFor);
    }

    @Test
    void nothingIsOverdueWhileTheBrokerBlocksPublishersAndAllHasItsWholeTimeAfterwards() {
        channel.write(message());
        connection.block();
        assertEquals(List.of(), channel.takeOverdue(System.nanoTime() + 2 * TIMEOUT));
        assertFalse(channel.hasRoom());
        assertEquals(List.of("low on memory"), blockedFor);

        long before = System.nanoTime();
        connection.unblock();

        assertEquals(List.of(), channel.takeOverdue(before + TIMEOUT - 1));
        assertEquals(1, channel.takeOverdue(System.nanoTime() + TIMEOUT + 1).size());
        assertTrue(channel.hasRoom());
    }

    @Test
    void theTimeInWhichTheBrokerBlockedDoesNotCountIfTheConnectionThenBreaks() {
        Unconfirmed unconfirmed = message();
        channel.write(unconfirmed);
        connection.block();
        unconfirmed.deadline -= TIMEOUT;

        long before = System.nanoTime();
        connection.cut();

        assertEquals(List.of(unconfirmed), handedOver);
        assertTrue(unconfirmed.deadline - before >= TIMEOUT);
    }

    @Test
    void atTheEndNothingIsLeftThatACheckOrAnAnswerCouldTakeOnceMore() {
        channel.write(message());
        connection.cut();

        assertEquals(1, handedOver.size());
        assertEquals(List.of(), channel.takeOverdue(System.nanoTime() + 2 * TIMEOUT));
        connection.ack(1, true);
        connection.cut();
        assertEquals(1, handedOver.size());
        assertFalse(channel.write(message()));
    }

    @Test
    void aMessageThatIsStillBeingWrittenIsNotWaitedForAtTheEnd() {
        List<Boolean> awaiting = new ArrayList<>();
        connection.onWrite(() -> awaiting.add(channel.isAwaitingConfirms()));

        channel.write(message());
        channel.write(message());

        assertEquals(List.of(false, true), awaiting);
        assertTrue(channel.isAwaitingConfirms());
    }

    private static Unconfirmed message() {
        return new Unconfirmed(
                new OutgoingMessage("", "kuteng", true, new BasicProperties(), new byte[0]), failure -> {});
    }

    private final List<String> blockedFor = new ArrayList<>();

    private final class Owner implements PublishingChannel.Owner {
        @Override
        public void settled(List<Unconfirmed> messages) {
            throw new AssertionError("the broker said nothing");
        }

        @Override
        public void roomChanged() {
            // asked for by hand
        }

        @Override
        public void blocked(String reason) {
            blockedFor.add(reason);
        }

        @Override
        public void unblocked() {
            // asked for by hand
        }

        @Override
        public void ended(PublishingChannel ended, List<Unconfirmed> unconfirmed, ShutdownSignalException cause) {
            handedOver.addAll(unconfirmed);
        }
    }
}
