package org.kuteng.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a sender was told; it must not be told twice. */
final class Outcome implements SendCallback {
    private final List<Exception> told = new ArrayList<>();

    @Override
    public synchronized void sent(Exception failure) {
        told.add(failure);
    }

    synchronized int count() {
        return told.size();
    }

    boolean isOpen() {
        return count() == 0;
    }

    void isConfirmed() {
        assertNull(theOne(), "sent");
    }

    /** Returns the one line that the sender was told. */
    String failure() {
        return assertInstanceOf(SendFailedException.class, theOne(), "failed").getMessage();
    }

    /** What kind of failure the sender was told. */
    SendFailedException.Kind kind() {
        return assertInstanceOf(SendFailedException.class, theOne(), "failed").kind();
    }

    void isTold() {
        theOne();
    }

    private Exception theOne() {
        if (isOpen()) {
            await().pollInterval(Duration.ofMillis(5)).until(() -> count() > 0);
        }
        synchronized (this) {
            assertEquals(1, told.size(), () -> "told once, but was told " + told);
            return told.get(0);
        }
    }
}
