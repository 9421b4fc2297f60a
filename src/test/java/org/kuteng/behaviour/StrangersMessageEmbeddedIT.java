package org.kuteng.behaviour;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class StrangersMessageEmbeddedIT extends StrangersMessageBehaviour {}
