package org.kuteng.work;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class RetryQueuesEmbeddedIT extends RetryQueuesBehaviour {}
