package org.kuteng.once;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class LockEmbeddedIT extends LockBehaviour {}
