package org.kuteng.publish;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WaitingSendersTest extends PublisherFixture {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final Services services =
            new Services(settings(LONG, 1, true), null, null, null, null, null, null, channel -> false, () -> {});

    /** Between the look at the target and the wait it may have made room for another one: nobody tells of it any more. */
    @Test
    @Timeout(10)
    void whoComesToWaitForATargetThatHasEndedDoesNotWait() throws Exception {
        AtomicBoolean gone = new AtomicBoolean(true);
        SendingAgain nothing = new SendingAgain(services, new ReentrantLock(), null, null, () -> {});
        WaitingSenders senders = new WaitingSenders("kuteng", services, null, nothing, gone::get);

        senders.new Sender(message("m"), null).await();
    }
}
