package org.kuteng.work;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class OpenedAheadEmbeddedIT extends OpenedAheadBehaviour {}
