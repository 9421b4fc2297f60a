package org.kuteng.failure;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class DeadLettersEmbeddedIT extends DeadLettersBehaviour {}
