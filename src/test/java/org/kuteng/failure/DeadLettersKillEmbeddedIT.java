package org.kuteng.failure;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class DeadLettersKillEmbeddedIT extends DeadLettersKillBehaviour {}
