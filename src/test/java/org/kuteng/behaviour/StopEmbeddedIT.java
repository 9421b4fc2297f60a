package org.kuteng.behaviour;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class StopEmbeddedIT extends StopBehaviour {}
