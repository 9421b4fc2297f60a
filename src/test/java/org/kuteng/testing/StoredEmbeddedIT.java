package org.kuteng.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

@OnEmbeddedBroker(onDisk = true)
class StoredEmbeddedIT {
    @Test
    void onDiskADurableMessageSurvivesARestart(TestBroker broker) {
        try (PlainClient client = broker.client()) {
            client.declareDurable("kept");
            client.publish("kept", "message ", 3);
        }

        broker.restart();

        assertEquals(3, broker.readyMessages("kept"));
    }

    @Test
    void whatItCannotTellIsRefusedInWords(TestBroker broker) {
        var refusal = assertThrows(UnsupportedOperationException.class, () -> broker.consumers("any"));
        assertEquals("The broker of this test (embedded) cannot list consumers.", refusal.getMessage());
    }
}
