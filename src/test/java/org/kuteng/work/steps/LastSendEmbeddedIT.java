package org.kuteng.work.steps;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class LastSendEmbeddedIT extends LastSendBehaviour {}
