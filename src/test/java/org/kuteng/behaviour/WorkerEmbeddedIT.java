package org.kuteng.behaviour;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class WorkerEmbeddedIT extends WorkerBehaviour {}
