package org.kuteng.publish;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FlowControlTest {

    @Test
    void theClientLibraryStillShowsWhetherAChannelIsStopped() {
        assertTrue(FlowControl.isKnown(), "look where this version of amqp-client keeps it: AMQChannel._blockContent");
    }
}
