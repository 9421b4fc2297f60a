package org.kuteng.behaviour;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class StrangersMessageEmbeddedIT extends StrangersMessageBehaviour {
    /** Qpid follows them by recursion, and its housekeeping ends when that goes too deep. */
    @Override
    int deepest() {
        return 200;
    }
}
