package org.kuteng.testing;

@OnEmbeddedBroker
class TestBrokerEmbeddedIT extends TestBrokerBehaviour {}
