package org.kuteng.chaos;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class RollingStopEmbeddedIT extends RollingStopBehaviour {}
