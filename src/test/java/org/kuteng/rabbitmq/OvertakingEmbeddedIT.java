package org.kuteng.rabbitmq;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class OvertakingEmbeddedIT extends OvertakingBehaviour {}
