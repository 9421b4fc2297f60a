package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kuteng.broker.BrokerException;

@Timeout(30)
class ConfirmedBatchTest {
    private final FakeBroker broker = new FakeBroker();
    private final List<Long> confirmed = new CopyOnWriteArrayList<>();
    private final ConfirmedBatch batch = new ConfirmedBatch(
            broker, "kuteng test", new PublishSettings(true, Duration.ofSeconds(20), 2, true), confirmed::add);

    @AfterEach
    void close() {
        batch.close();
    }

    @Test
    void whatTheBrokerHasIsNamedByItsToken() throws Exception {
        send(11);
        send(12);
        assertEquals(2, batch.unconfirmed());

        broker.last().ack(2, true);

        batch.awaitConfirms();
        assertEquals(List.of(11L, 12L), confirmed);
        assertEquals(0, batch.unconfirmed());
    }

    @Test
    void aSenderWaitsWhileTooManyAreUnconfirmed() throws Exception {
        send(11);
        send(12);
        Thread sender = new Thread(() -> sendUnchecked(13));
        sender.start();
        await().until(() -> sender.getState() == Thread.State.WAITING);

        broker.last().ack(1, false);

        sender.join();
        assertEquals(3, broker.last().written.size());
    }

    @Test
    void theFirstThatIsReturnedEndsIt() throws Exception {
        send(11);
        broker.last().giveBack(broker.last().last);
        broker.last().ack(1, false);

        BrokerException thrown = assertThrows(BrokerException.class, () -> send(12));
        assertTrue(thrown.getMessage().contains("no queue takes it"), thrown.getMessage());
        assertEquals(List.of(), confirmed);
        assertEquals(0, batch.unconfirmed());
    }

    @Test
    void aLostConnectionEndsItAndLeavesUnknownWhatWasUnderWay() throws Exception {
        send(11);
        send(12);
        broker.last().ack(1, false);

        broker.last().cut();

        assertThrows(BrokerException.class, batch::awaitConfirms);
        assertEquals(List.of(11L), confirmed);
        assertEquals(1, batch.unconfirmed());
    }

    @Test
    void afterAStopNothingMoreIsSentAndWhoWaitsReturns() throws Exception {
        send(11);
        broker.last().lastChannel().stop();
        Thread stopper = new Thread(batch::stop);
        stopper.start();

        // nobody can tell what comes first: the stop, or the wait
        assertFalse(batch.send("kuteng", new BasicProperties(), new byte[0], 12) && !stopper.isAlive());
        stopper.join();
        assertFalse(batch.send("kuteng", new BasicProperties(), new byte[0], 13));
    }

    @Test
    void whetherAQueueExistsIsAskedOnAChannelOfItsOwn() {
        broker.last().refuseDeclarations(404, "NOT_FOUND - no queue 'gone' in vhost '/'");
        assertFalse(batch.exists("gone"));
        broker.last().allowDeclarations();
        assertTrue(batch.exists("kuteng"));
    }

    private void send(long token) throws InterruptedException {
        assertTrue(batch.send("kuteng", new BasicProperties(), new byte[0], token));
    }

    private void sendUnchecked(long token) {
        try {
            send(token);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
