package org.kuteng.testing;

@OnEmbeddedBroker
class AnyBrokerEmbeddedIT extends AnyBrokerBehaviour {}
